package io.reproq.jdbc.sqlite;

import io.reproq.store.DeathWatch.Holder;
import io.reproq.store.StoreException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The locks that end with a process: one file per worker, in a folder beside the database.
///
/// On POSIX systems a process loses its locks on a file when it closes *any* descriptor of that
/// file. So a file of a worker of this same process is never opened a second time: such workers are
/// known by the name of the process, which all class loaders share. Safe for use by many threads.
final class HolderLocks implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HolderLocks.class);
  private static final String PROCESS_PROPERTY = "io.reproq.jdbc.process";

  private final Path folder;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<UUID, FileChannel> held = new HashMap<>();

  /// The locks of workers of the database in `file`.
  HolderLocks(Path file) {
    folder = file.resolveSibling(file.getFileName() + "-workers");
  }

  /// The name of this process: like no other's, and the same for whoever asks within it.
  static String process() {
    var pid = Long.toString(ProcessHandle.current().pid());
    return String.valueOf(
        System.getProperties()
            .compute(
                PROCESS_PROPERTY,
                // A parent's properties may have been handed on to a child.
                (key, known) ->
                    known instanceof String name && name.startsWith(pid + "-")
                        ? name
                        : pid + "-" + UUID.randomUUID()));
  }

  /// Takes the lock of `incarnation`, until it is released or the process ends.
  ///
  /// @return whether it was not held here before
  boolean take(UUID incarnation) {
    var file = file(incarnation);
    lock.lock();
    try {
      if (held.containsKey(incarnation)) {
        return false;
      }
      Files.createDirectories(folder);
      var channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      if (channel.tryLock() == null) {
        channel.close();
        throw new StoreException(
            "somebody else holds the lock of this worker, " + file, false, null);
      }
      held.put(incarnation, channel);
      return true;
    } catch (IOException e) {
      throw new StoreException(
          "could not take the worker's lock %s: %s; the folder must be writable"
              .formatted(file, e.getMessage()),
          false,
          e);
    } finally {
      lock.unlock();
    }
  }

  /// Releases the lock of `incarnation`, if it is held here, and removes its file.
  void release(UUID incarnation) {
    lock.lock();
    try {
      var channel = held.remove(incarnation);
      if (channel != null) {
        channel.close();
        Files.deleteIfExists(file(incarnation));
      }
    } catch (IOException e) {
      LOG.warn("could not remove the lock of a worker that left", e);
    } finally {
      lock.unlock();
    }
  }

  /// Removes the file of a worker that was found dead.
  void remove(UUID incarnation) {
    try {
      Files.deleteIfExists(file(incarnation));
    } catch (IOException e) {
      LOG.warn("could not remove the lock of a dead worker", e);
    }
  }

  /// Whether the lock of `incarnation`, a worker of `process`, is held.
  Holder look(UUID incarnation, String process) {
    if (process.equals(process())) {
      return Holder.UNKNOWN;
    }
    lock.lock();
    try (var channel = FileChannel.open(file(incarnation), StandardOpenOption.READ)) {
      // Shared, so that two observers do not take each other for the worker.
      var probe = channel.tryLock(0, Long.MAX_VALUE, true);
      return probe == null ? Holder.HELD : Holder.GONE;
    } catch (OverlappingFileLockException e) {
      return Holder.HELD;
    } catch (NoSuchFileException e) {
      return Holder.UNKNOWN;
    } catch (IOException e) {
      LOG.warn("could not look at the lock of a worker", e);
      return Holder.UNKNOWN;
    } finally {
      lock.unlock();
    }
  }

  /// Releases all that is held. The files stay, and tell others that their workers are gone.
  @Override
  public void close() {
    lock.lock();
    try {
      for (var channel : held.values()) {
        channel.close();
      }
    } catch (IOException e) {
      LOG.warn("could not release the locks of workers", e);
    } finally {
      held.clear();
      lock.unlock();
    }
  }

  private Path file(UUID incarnation) {
    return folder.resolve(incarnation + ".lock");
  }
}
