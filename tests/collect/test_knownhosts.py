import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.knownhosts import known_feed

CHANNEL = "UC" + "abcdefghij_-ABCDEFGHIJ"
YOUTUBE = "https://www.youtube.com/feeds/videos.xml"


@pytest.mark.parametrize(
    ("url", "feed"),
    [
        (f"https://www.youtube.com/channel/{CHANNEL}", f"{YOUTUBE}?channel_id={CHANNEL}"),
        (f"https://m.youtube.com/channel/{CHANNEL}/featured", f"{YOUTUBE}?channel_id={CHANNEL}"),
        (f"https://www.youtube.com/channel/{CHANNEL}/videos", f"{YOUTUBE}?playlist_id=UULF{CHANNEL[2:]}"),
        (f"https://www.youtube.com/channel/{CHANNEL}/shorts", f"{YOUTUBE}?playlist_id=UUSH{CHANNEL[2:]}"),
        ("https://www.youtube.com/user/boats", f"{YOUTUBE}?user=boats"),
        ("https://www.youtube.com/playlist?list=PLabcdefghijkl", f"{YOUTUBE}?playlist_id=PLabcdefghijkl"),
        ("https://github.com/owner/tool", "https://github.com/owner/tool/releases.atom"),
        ("https://github.com/owner/tool.git", "https://github.com/owner/tool/releases.atom"),
        ("https://github.com/owner/tool/releases/tag/v1", "https://github.com/owner/tool/releases.atom"),
        ("https://github.com/owner/tool/tags", "https://github.com/owner/tool/tags.atom"),
        ("https://github.com/owner/tool/commits", "https://github.com/owner/tool/commits.atom"),
        ("https://github.com/owner/tool/commits/main/src", "https://github.com/owner/tool/commits/main/src.atom"),
        ("https://github.com/owner/tool/tree/next", "https://github.com/owner/tool/commits/next.atom"),
        ("https://github.com/owner", "https://github.com/owner.atom"),
        ("https://gitlab.com/group/sub/tool", "https://gitlab.com/group/sub/tool.atom"),
        ("https://gitlab.com/group/tool/-/releases", "https://gitlab.com/group/tool/-/releases.atom"),
        ("https://gitlab.com/group/tool/-/tags", "https://gitlab.com/group/tool/-/tags?format=atom"),
        ("https://gitlab.com/group/tool/-/commits/main", "https://gitlab.com/group/tool/-/commits/main?format=atom"),
        ("https://old.reddit.com/r/boats", "https://www.reddit.com/r/boats/.rss"),
        ("https://www.reddit.com/r/boats/new/", "https://www.reddit.com/r/boats/new/.rss"),
        ("https://www.reddit.com/u/sailor", "https://www.reddit.com/user/sailor/.rss"),
        ("https://mastodon.example/@sailor", "https://mastodon.example/@sailor.rss"),
        ("https://fosstodon.org/@sailor/112233", "https://fosstodon.org/@sailor.rss"),
        ("https://mastodon.social/tags/boats", "https://mastodon.social/tags/boats.rss"),
        ("https://bsky.app/profile/sailor.example", "https://bsky.app/profile/sailor.example/rss"),
        ("https://medium.com/@sailor", "https://medium.com/feed/@sailor"),
        ("https://medium.com/boat-notes/tagged/knots", "https://medium.com/feed/boat-notes/tagged/knots"),
        ("https://medium.com/tag/boats/latest", "https://medium.com/feed/tag/boats"),
        ("https://sailor.medium.com/", "https://sailor.medium.com/feed"),
        ("https://sailor.substack.com/p/a-post", "https://sailor.substack.com/feed"),
        ("https://sailor.wordpress.com/", "https://sailor.wordpress.com/feed/"),
        ("https://sailor.blogspot.com/2024/", "https://sailor.blogspot.com/feeds/posts/default"),
        ("https://sailor.tumblr.com/tagged/boats", "https://sailor.tumblr.com/tagged/boats/rss"),
        ("https://www.tumblr.com/sailor/123/a-post", "https://sailor.tumblr.com/rss"),
        ("https://stackoverflow.com/questions/tagged/rss", "https://stackoverflow.com/feeds/tag/rss"),
        ("https://boats.stackexchange.com/questions", "https://boats.stackexchange.com/feeds"),
        ("https://superuser.com/questions/12/how", "https://superuser.com/feeds/question/12"),
        ("https://arxiv.org/list/cs.CL/recent", "https://rss.arxiv.org/atom/cs.CL"),
        ("https://news.ycombinator.com/news", "https://news.ycombinator.com/rss"),
        ("https://dev.to/t/python", "https://dev.to/feed/tag/python"),
        ("https://dev.to/sailor", "https://dev.to/feed/sailor"),
    ],
)
def test_a_known_host_tells_its_feed_by_the_address_alone(url, feed):
    assert known_feed(url).url == feed


@pytest.mark.parametrize(
    "url",
    [
        "https://www.youtube.com/@boats",  # only its page knows the channel
        "https://www.youtube.com/watch?v=abc",
        "https://www.youtube.com/channel/../../etc",
        "https://github.com/features",
        "https://github.com/",
        "https://github.com/owner/tool/issues/4",
        "https://gitlab.com/explore/projects",
        "https://www.reddit.com/r/boats/comments/abc/a_thread/",
        "https://bsky.app/",
        "https://medium.com/p/abcdef",
        "https://www.tumblr.com/dashboard",
        "https://help.tumblr.com/x",
        "https://substack.com/@sailor",
        "https://news.ycombinator.com/item?id=1",
        "https://blog.example/@sailor",
        "https://notgithub.com/owner/tool",
        "https://github.com.evil.example/owner/tool",
        "ftp://github.com/owner/tool",
        "https://[", "", "mailto:a@b.example",
    ],
)  # fmt: skip
def test_an_address_that_does_not_tell_enough_has_none(url):
    assert known_feed(url) is None


@given(
    st.text(max_size=60), st.sampled_from(["github.com", "www.youtube.com", "medium.com", "x.tumblr.com", "gitlab.com"])
)
def test_no_address_breaks_it_or_leads_to_another_host(path, host):
    feed = known_feed(f"https://{host}/{path}")
    assert feed is None or feed.url.startswith("https://")
    assert feed is None or host.removeprefix("www.").partition(".")[2] in feed.url
