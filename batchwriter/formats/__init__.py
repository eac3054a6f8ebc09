"""Formats of dates and numbers beyond Django's own."""
