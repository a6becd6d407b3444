using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MedQA.Endpoints.Protocol;

/// <summary>The seeds of requests: the same for the same sample, also after a run was interrupted.</summary>
internal static class SampleSeed
{
    private const ulong Mask = int.MaxValue;

    /// <summary>
    /// Returns a seed of 31 bits, which every service takes: from SHA-256 over the stream's key (64 bits), the stage and the sample's index
    /// (32 bits each), all little-endian, the low 31 of the first 64 bits.
    /// </summary>
    /// <param name="streamKey">The key of the question's random stream.</param>
    /// <param name="stage">The stage of the strategy.</param>
    /// <param name="index">The index of the sample, or of the first one where a request asks for several.</param>
    public static int Of(ulong streamKey, int stage, int index)
    {
        Span<byte> place = stackalloc byte[sizeof(ulong) + (2 * sizeof(int))];
        BinaryPrimitives.WriteUInt64LittleEndian(place, streamKey);
        BinaryPrimitives.WriteInt32LittleEndian(place[sizeof(ulong)..], stage);
        BinaryPrimitives.WriteInt32LittleEndian(place[(sizeof(ulong) + sizeof(int))..], index);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(place, hash);
        return (int)(BinaryPrimitives.ReadUInt64LittleEndian(hash) & Mask);
    }
}
