"""Base classes for the recurring shapes of a source."""
