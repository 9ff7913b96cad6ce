"""The item pipelines, one concern a file, in the order of `crawlers.settings.ITEM_PIPELINES`."""
