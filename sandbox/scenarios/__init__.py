"""Saved documents: scenarios, their revisions, edits, import and export."""
