"""The web floor: one blueprint a room."""
