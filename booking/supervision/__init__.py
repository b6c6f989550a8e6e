"""The board of the editors: pages for administrators, and for an editor's own staff to read."""
