"""Courses: people and roles, exercises from packs, attempts, grading, the gradebook."""
