using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Storage;

/// <summary>
/// What a run's answers hash to when its result was written (blob <c>runs/{run}/seal.json</c>): each batch, and all of them chained in
/// order behind the manifest, so that an answer that was changed afterwards is found, and the batch named. The report states the chain's
/// end: a printed report pins every answer.
/// </summary>
/// <param name="Chain">SHA-256 (lower-case hexadecimal) of the chain: the manifest's hash, then for each batch the hash over the chain so
/// far, the batch's name and its hash.</param>
/// <param name="Batches">The batches in the order of the chain.</param>
public sealed record RunSeal(string Chain, ImmutableArray<SealedBatch> Batches)
{
    /// <summary>The blob's name within the run.</summary>
    internal const string BlobName = "seal.json";
}

/// <summary>What a batch's answers hash to.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Sha256">SHA-256 (lower-case hexadecimal) of its lines, each with a line feed behind it.</param>
public sealed record SealedBatch(string Batch, string Sha256);

/// <summary>Hashes the lines of a batch, each with a line feed behind it. Batches may be hashed side by side.</summary>
internal sealed class BatchHashing : IDisposable
{
    private readonly IncrementalHash _lines = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Adds the next line.</summary>
    public void AddLine(ReadOnlySpan<byte> line)
    {
        _lines.AppendData(line);
        _lines.AppendData("\n"u8);
    }

    /// <summary>The hash over all lines.</summary>
    public byte[] End() => _lines.GetHashAndReset();

    /// <inheritdoc/>
    public void Dispose() => _lines.Dispose();
}

/// <summary>Chains the hashes of a run's batches.</summary>
internal sealed class RunSealing
{
    private readonly ImmutableArray<SealedBatch>.Builder _batches = ImmutableArray.CreateBuilder<SealedBatch>();
    private byte[] _chain;

    /// <summary>Begins with the manifest's bytes.</summary>
    public RunSealing(ReadOnlySpan<byte> manifest) => _chain = SHA256.HashData(manifest);

    /// <summary>The seal so far.</summary>
    public RunSeal Seal => new(Convert.ToHexStringLower(_chain), _batches.ToImmutable());

    /// <summary>Adds the next batch with what <see cref="BatchHashing"/> makes of its lines.</summary>
    public void Add(BatchId batch, ReadOnlySpan<byte> hash)
    {
        _batches.Add(new(batch.ToString(), Convert.ToHexStringLower(hash)));
        _chain = SHA256.HashData([.. _chain, .. Encoding.ASCII.GetBytes(batch.ToString()), .. hash]);
    }
}
