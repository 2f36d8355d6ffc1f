package io.reproq.server.tls;

import io.reproq.clock.TimeSource;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The certificate that a server shows, renewed when its files change. Whoever opens a connection
/// asks; no thread watches the files. Safe for use by many threads.
///
/// Files that cannot be used change nothing: the last good ones hold, and a warning says so once.
public final class Certificates {
  private static final Logger log = LoggerFactory.getLogger(Certificates.class);

  private final TlsConfig config;
  private final Duration interval;
  private final TimeSource time;
  private final ReentrantLock looking = new ReentrantLock();
  private final SSLContext first;
  private TlsFiles seen;
  private long lookedNanos;
  private String lastComplaint = "";

  /// Reads the files.
  ///
  /// @param interval how long a look at them lasts
  /// @throws InvalidCertificateException when they cannot be used
  public Certificates(TlsConfig config, Duration interval, TimeSource time)
      throws InvalidCertificateException {
    this.config = config;
    this.interval = interval;
    this.time = time;
    this.seen = TlsFiles.read(config);
    this.first = seen.context(config);
    this.lookedNanos = time.nanoTime();
  }

  /// What the files held at the beginning.
  public SSLContext first() {
    return first;
  }

  /// What the files hold now, when it is time to look again and they have changed. To one caller
  /// only; others go on with what they have.
  public Optional<SSLContext> changed() {
    if (!looking.tryLock()) {
      return Optional.empty();
    }
    try {
      var now = time.nanoTime();
      if (now - lookedNanos < interval.toNanos()) {
        return Optional.empty();
      }
      lookedNanos = now;
      return look();
    } finally {
      looking.unlock();
    }
  }

  private Optional<SSLContext> look() {
    try {
      var found = TlsFiles.read(config);
      if (found.equals(seen)) {
        lastComplaint = "";
        return Optional.empty();
      }
      var context = found.context(config);
      seen = found;
      lastComplaint = "";
      log.info("showing the new certificate in {}", config.certificate());
      return Optional.of(context);
    } catch (InvalidCertificateException e) {
      var complaint = String.valueOf(e.getMessage());
      if (!complaint.equals(lastComplaint)) {
        lastComplaint = complaint;
        log.warn("the certificate files have changed, but {}; the old ones hold", complaint);
      }
      return Optional.empty();
    }
  }
}
