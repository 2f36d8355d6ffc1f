package io.reproq.cli.demo;

import io.reproq.cli.option.CommandFailure;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// One look at a folder: its regular files, and what could not be looked into. Symbolic links are
/// not followed, and are no regular files.
///
/// @param files in no particular order
/// @param unlisted folders that did not let us in
record Scan(List<FileTask> files, List<Manifest.Failed> unlisted) {
  Scan {
    files = List.copyOf(files);
    unlisted = List.copyOf(unlisted);
  }

  /// Looks at everything below `root` but what `ours` says is our own.
  ///
  /// @param root an absolute path without symbolic links
  /// @throws IOException when the root itself cannot be listed
  static Scan of(Path root, Predicate<Path> ours) throws IOException {
    var visitor = new Visitor(root, ours);
    Files.walkFileTree(root, visitor);
    return new Scan(visitor.files, visitor.unlisted);
  }

  private static final class Visitor extends SimpleFileVisitor<Path> {
    private final Path root;
    private final Predicate<Path> ours;
    private final List<FileTask> files = new ArrayList<>();
    private final List<Manifest.Failed> unlisted = new ArrayList<>();

    Visitor(Path root, Predicate<Path> ours) {
      this.root = root;
      this.ours = ours;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      return ours.test(folder) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (attributes.isRegularFile() && !ours.test(file)) {
        var name = FileName.of(root, file);
        var modified = attributes.lastModifiedTime().toString();
        files.add(
            new FileTask(
                root.toString(), name.shown(), attributes.size(), modified, name.legible()));
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      if (file.equals(root)) {
        throw e;
      }
      // What vanished meanwhile is no file of this folder any more.
      if (!(e instanceof NoSuchFileException)) {
        note(file, e);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) {
      if (e != null) {
        note(folder, e);
      }
      return FileVisitResult.CONTINUE;
    }

    private void note(Path folder, IOException e) {
      var name = FileName.of(root, folder);
      unlisted.add(new Manifest.Failed(name.shown(), "cannot list: " + CommandFailure.reason(e)));
    }
  }
}
