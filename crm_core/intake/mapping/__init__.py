"""What a sheet holds, and which of its columns becomes which field."""
