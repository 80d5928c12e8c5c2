/// The folder and the last name of a path: `reports/x.xml` is `reports` and `x.xml`, `x.xml` is `.` and `x.xml`.
package func split(path: String) -> (folder: String, name: String) {
  guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
  let name = String(path[path.utf8.index(after: slash)...])
  return (slash == path.startIndex ? "/" : String(path[..<slash]), name)
}
