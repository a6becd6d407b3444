using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MedQA.Evaluation.Randomness;

/// <summary>
/// The random numbers of one question for one purpose. A number is a function of the key and of where it is used (token, sample,
/// stage): it does not depend on which numbers were asked for before, so samples are the same in any order, in waves or at once.
/// </summary>
/// <param name="Key">The stream's key; see <see cref="KeyOf"/>.</param>
public readonly record struct RandomStream(ulong Key)
{
    /// <summary>Returns the stream of a purpose for one question.</summary>
    /// <inheritdoc cref="KeyOf"/>
    public static RandomStream For(string purpose, long seed, string dataset, string questionId) =>
        new(KeyOf(purpose, seed, dataset, questionId));

    /// <summary>
    /// Returns the key of a stream: the first 64 bits (little-endian) of SHA-256 over purpose, seed, data set and question id. Each text is
    /// preceded by its length in UTF-8 bytes (32 bits, little-endian), so that no two different quadruples give the same bytes.
    /// </summary>
    /// <param name="purpose">What the numbers are for, such as <c>sample</c> or <c>tie</c>: purposes never share numbers.</param>
    /// <param name="seed">The profile's seed.</param>
    /// <param name="dataset">The question's data set.</param>
    /// <param name="questionId">The question's id within it.</param>
    public static ulong KeyOf(string purpose, long seed, string dataset, string questionId)
    {
        ArgumentNullException.ThrowIfNull(purpose);
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(questionId);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AppendText(hash, purpose);
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, seed);
        hash.AppendData(number);
        AppendText(hash, dataset);
        AppendText(hash, questionId);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash.GetHashAndReset());
    }

    /// <summary>Returns a number in [0, 1), a multiple of 2⁻⁵³.</summary>
    /// <param name="token">The token's place within its sample, or the number of the draw; at least 0.</param>
    /// <param name="sample">The sample's index; at least 0.</param>
    /// <param name="stage">The strategy's stage; at least 0.</param>
    public double Uniform(int token, int sample = 0, int stage = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(token);
        ArgumentOutOfRangeException.ThrowIfNegative(sample);
        ArgumentOutOfRangeException.ThrowIfNegative(stage);
        var (low, high, _, _) = Philox4x32.Block(Key, (uint)token, (uint)sample, (uint)stage, 0);
        return ((((ulong)high << 32) | low) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>Returns an integer in [0, <paramref name="bound"/>); its bias is below bound · 2⁻⁵³.</summary>
    /// <param name="bound">How many values there are; at least 1.</param>
    /// <param name="token">The number of the draw.</param>
    /// <param name="sample">The sample's index.</param>
    /// <param name="stage">The strategy's stage.</param>
    public int Below(int bound, int token, int sample = 0, int stage = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        return (int)(Uniform(token, sample, stage) * bound);
    }

    private static void AppendText(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
