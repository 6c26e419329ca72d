"""The lists of places, of communes, and of those a call is open to."""
