"""Editorial: the planning desk of B2B content teams."""

__version__ = "0.1.0"
