internal import CCurl

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// Where this system's certificates of authorities may lie.
package struct SystemRoots: Hashable, Sendable {
  /// Files of PEM certificates, in the order in which they are looked for.
  package var files: [String]
  /// Folders of certificates under the names that OpenSSL gives them.
  package var folders: [String]
  /// Whether libcurl's own places come first.
  package var asksLibrary: Bool

  /// Names places.
  package init(files: [String], folders: [String] = [], asksLibrary: Bool = false) {
    self.files = files
    self.folders = folders
    self.asksLibrary = asksLibrary
  }

  /// libcurl's own places, then those that the environment names, then those of the usual distributions.
  package static func usual(environment: [String: String] = [:]) -> SystemRoots {
    let named = ["SSL_CERT_FILE", "CURL_CA_BUNDLE"].compactMap { environment[$0] }.filter { !$0.isEmpty }
    return SystemRoots(
      files: named + [
        "/etc/ssl/certs/ca-certificates.crt",  // Debian, Ubuntu, Arch, Gentoo
        "/etc/pki/tls/certs/ca-bundle.crt",  // Fedora, Red Hat
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // Red Hat
        "/etc/ssl/ca-bundle.pem",  // SUSE
        "/etc/ssl/cert.pem",  // Alpine, macOS
      ],
      folders: (environment["SSL_CERT_DIR"] ?? "").split(separator: ":").map(String.init) + [
        "/etc/ssl/certs"
      ],
      asksLibrary: true)
  }

  /// The first file that can be read; nil if there is none.
  var file: String? {
    let own = asksLibrary ? unsafe astra_default_ca_bundle().map { unsafe String(cString: $0) } : nil
    return ([own].compactMap { $0 } + files).first { unsafe access($0, R_OK) == 0 && holdsSomething($0) }
  }

  private var folder: String? {
    let own = asksLibrary ? unsafe astra_default_ca_folder().map { unsafe String(cString: $0) } : nil
    return ([own].compactMap { $0 } + folders).first(where: holdsCertificates)
  }

  private func holdsSomething(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_size > 0
  }

  /// Whether a folder holds an entry of OpenSSL's form: `5ed36f99.0`.
  private func holdsCertificates(_ path: String) -> Bool {
    guard let folder = unsafe opendir(path) else { return false }
    defer { unsafe closedir(folder) }
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { unsafe $0.prefix { $0 != 0 }.count }
      let last = unsafe withUnsafeBytes(of: entry.pointee.d_name) {
        unsafe $0.prefix { $0 != 0 }.suffix(2).first
      }
      if name == 10, last == UInt8(ascii: ".") { return true }
    }
    return false
  }

  /// Names them to libcurl, which for its own file would fail with no word of what to install.
  func select(on easy: borrowing EasyHandle, _ names: TransportParameterNames) throws(TransportError) {
    let (file, folder) = (file, folder)
    guard file != nil || folder != nil else {
      throw TransportError(
        .untrusted, "there are no certificates of authorities on this machine, so no server can be trusted",
        hint: "install ca-certificates, or set \(names.authorityFile)", mayHaveBeenSent: false)
    }
    for (option, proxyOption, path) in [
      (CURLOPT_CAINFO, CURLOPT_PROXY_CAINFO, file), (CURLOPT_CAPATH, CURLOPT_PROXY_CAPATH, folder),
    ] {
      guard let path else {
        try unsafe easy.set(option, pointer: nil)
        try unsafe easy.set(proxyOption, pointer: nil)
        continue
      }
      try easy.set(option, path)
      try easy.set(proxyOption, path)
    }
  }
}
