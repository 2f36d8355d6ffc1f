package io.reproq.server.tls;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Pattern;

/// Reads a private key from PEM: PKCS#8, or what older tools write for RSA (PKCS#1) and elliptic
/// curves (SEC 1).
///
/// The older forms leave out which algorithm the key is for. Its public key says so: the same bytes
/// belong into the PKCS#8 form of the private one.
final class PrivateKeys {
  private static final Pattern BLOCK =
      Pattern.compile(
          "-----BEGIN (|RSA |EC |ENCRYPTED )PRIVATE KEY-----([^-]*)-----END \\1PRIVATE KEY-----");

  private static final int INTEGER = 0x02;
  private static final int OCTETS = 0x04;
  private static final int SEQUENCE = 0x30;

  private PrivateKeys() {}

  /// The first private key in `pem`.
  ///
  /// @param of the public key that it belongs to
  /// @throws GeneralSecurityException when there is none, or it belongs to another
  static PrivateKey read(String pem, PublicKey of) throws GeneralSecurityException {
    var block = BLOCK.matcher(pem);
    if (!block.find()) {
      throw new InvalidKeySpecException("there is no private key in it");
    }
    var form = block.group(1);
    if (form.startsWith("ENCRYPTED") || block.group(2).contains("ENCRYPTED")) {
      throw new InvalidKeySpecException("the key is encrypted, and no password can be given");
    }
    var der = decode(block.group(2));
    var wrapped = form.isEmpty() ? der : pkcs8(der, of);
    var key =
        KeyFactory.getInstance(of.getAlgorithm()).generatePrivate(new PKCS8EncodedKeySpec(wrapped));
    if (!isPair(key, of)) {
      throw new InvalidKeySpecException("the key is not that of the certificate");
    }
    return key;
  }

  private static byte[] decode(String base64) throws InvalidKeySpecException {
    try {
      return Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new InvalidKeySpecException("the key is not base64", e);
    }
  }

  private static byte[] pkcs8(byte[] key, PublicKey of) {
    var version = element(INTEGER, new byte[] {0});
    return element(SEQUENCE, version, algorithm(of.getEncoded()), element(OCTETS, key));
  }

  /// The first element of the sequence that `encoded` is.
  private static byte[] algorithm(byte[] encoded) {
    var start = 2 + lengthBytes(encoded, 0);
    var contents = start + 2 + lengthBytes(encoded, start);
    // An algorithm with its parameters takes less than 128 bytes.
    return Arrays.copyOfRange(encoded, start, contents + encoded[start + 1]);
  }

  /// How many bytes of length follow the first one.
  private static int lengthBytes(byte[] encoded, int at) {
    var first = encoded[at + 1] & 0xFF;
    return first < 0x80 ? 0 : first & 0x7F;
  }

  private static byte[] element(int tag, byte[]... parts) {
    var contents = new ByteArrayOutputStream();
    for (var part : parts) {
      contents.writeBytes(part);
    }
    var out = new ByteArrayOutputStream();
    out.write(tag);
    var length = contents.size();
    if (length < 0x80) {
      out.write(length);
    } else {
      // Two bytes do for 64 KiB, more than any key has.
      out.write(0x82);
      out.write(length >> 8);
      out.write(length);
    }
    out.writeBytes(contents.toByteArray());
    return out.toByteArray();
  }

  private static boolean isPair(PrivateKey key, PublicKey of) throws GeneralSecurityException {
    var name =
        switch (of.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> of.getAlgorithm();
        };
    var message = "one pair".getBytes(StandardCharsets.US_ASCII);
    var signer = Signature.getInstance(name);
    signer.initSign(key);
    signer.update(message);
    var signature = signer.sign();
    var verifier = Signature.getInstance(name);
    verifier.initVerify(of);
    verifier.update(message);
    return verifier.verify(signature);
  }
}
