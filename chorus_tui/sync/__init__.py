"""The service that analyses, submits and tracks; the only caller of chorus/."""
