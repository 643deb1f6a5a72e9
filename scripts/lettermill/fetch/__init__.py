"""Getting images from the web with requests: retries, limits, redirects, and the cache that keeps them.

May import: base, records, image.
"""
