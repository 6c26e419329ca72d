"""Who changed what, when: change sets."""
