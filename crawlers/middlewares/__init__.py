"""Middlewares of our own: of the downloader, and of what spiders yield."""
