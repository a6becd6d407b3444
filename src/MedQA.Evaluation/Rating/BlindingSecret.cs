using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MedQA.Evaluation.Rating;

/// <summary>
/// Decides who rates what in a study, in which order, and which of two answers comes first: 128 random bits that only the service has. A
/// study's seed is public, and so are its sources; what was drawn from
/// those, a rater could compute. Draws are HMAC-SHA256 under the secret: a rater who knows some, because an answer gave itself away,
/// learns nothing about the others.
/// </summary>
public sealed class BlindingSecret
{
    /// <summary>Bytes of a secret.</summary>
    public const int Length = 16;

    private const int DrawsOfBlock = HMACSHA256.HashSizeInBytes / sizeof(ulong);

    private readonly byte[] _bytes;

    /// <summary>A secret that was drawn before.</summary>
    /// <param name="bytes">Its <see cref="Length"/> bytes.</param>
    /// <exception cref="ArgumentException">There are more bytes or fewer.</exception>
    public BlindingSecret(ReadOnlySpan<byte> bytes) =>
        _bytes = bytes.Length == Length ? bytes.ToArray()
            : throw new ArgumentException($"A secret has {Length} bytes, not {bytes.Length}.", nameof(bytes));

    /// <summary>Draws a secret.</summary>
    /// <param name="random">The source of its bits.</param>
    public static BlindingSecret New(RandomNumberGenerator random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var bytes = new byte[Length];
        random.GetBytes(bytes);
        return new BlindingSecret(bytes);
    }

    /// <summary>Returns the bytes, to be stored where neither raters nor readers of a study have access.</summary>
    public byte[] ToArray() => [.. _bytes];

    /// <summary>Returns the type's name, never the secret.</summary>
    public override string ToString() => "A secret";

    /// <summary>
    /// Numbers in [0, 1), multiples of 2⁻⁵³. The same purpose and name give the same numbers, and a longer draw has the shorter one in it.
    /// </summary>
    /// <param name="purpose">What the numbers are for: letters and hyphens.</param>
    /// <param name="name">Which draw of that purpose.</param>
    /// <param name="count">How many numbers.</param>
    internal double[] Draw(string purpose, string name, int count)
    {
        var numbers = new double[count];
        Span<byte> block = stackalloc byte[HMACSHA256.HashSizeInBytes];
        for (var number = 0; number < count; number++)
        {
            var (of, place) = Math.DivRem(number, DrawsOfBlock);
            if (place == 0)
            {
                HMACSHA256.HashData(_bytes, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{purpose} {of} {name}")),
                    block);
            }

            numbers[number] = (BinaryPrimitives.ReadUInt64LittleEndian(block[(place * sizeof(ulong))..]) >> 11) * (1.0 / (1UL << 53));
        }

        return numbers;
    }
}
