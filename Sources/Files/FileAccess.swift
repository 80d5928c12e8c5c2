/// Who may read a file that was written.
package enum FileAccess: Hashable, Sendable {
  /// Everyone may, whatever the umask: a CI agent often runs as another user than the step in its container.
  case everyone
  /// Those who could before; everyone, where there was no file.
  case asBefore
}
