"""What every app may use; knows no app."""
