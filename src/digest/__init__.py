"""digest: the sites you follow, as feeds and as a newsletter people like to open."""

__version__ = "0.1.0"
