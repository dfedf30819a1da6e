"""What the browser sees: ranking and lists, notices, objections, naming for the office; and the public pages."""
