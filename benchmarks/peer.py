"""Collect feeds with `reader`, the way its own documentation does; run by the Python of `.venv-bench`.

python peer.py DATABASE WORKERS first|again URL…       "first" adds the feeds, "again" polls all of them once more
python peer.py DATABASE                                 prints per feed how many entries it keeps, or -1 if it failed
"""

import json
import sys

from reader import make_reader


def main(database, *arguments):
    with make_reader(database) as reader:
        if not arguments:
            kept = {
                feed.url: -1 if feed.last_exception else reader.get_entry_counts(feed=feed).total
                for feed in reader.get_feeds()
            }
            print(json.dumps(kept))
            return
        workers, which, *urls = arguments
        for url in urls:
            reader.add_feed(url, exist_ok=True)
        # By default a feed that was updated within the hour is not asked again, so no second poll would take place.
        options = {} if which == "first" else {"scheduled": False}
        reader.update_feeds(workers=int(workers), **options)


if __name__ == "__main__":
    main(*sys.argv[1:])
