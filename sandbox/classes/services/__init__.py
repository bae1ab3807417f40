"""What people do in courses, by what it is about."""
