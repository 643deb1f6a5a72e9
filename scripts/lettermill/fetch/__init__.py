"""Downloading images with requests: retries, limits, redirects and the cache.

May import: base, records, image.
"""
