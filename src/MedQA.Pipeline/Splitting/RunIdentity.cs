using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Serialization;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Splitting;

/// <summary>Names a run by everything that decides its result.</summary>
internal static class RunIdentity
{
    /// <summary>The run of an upload.</summary>
    /// <param name="source">The upload's blob.</param>
    /// <param name="etag">Its version.</param>
    /// <param name="profileName">The name of its profile.</param>
    /// <param name="profile">The profile, or <see langword="null"/> where there is none of that name.</param>
    /// <param name="prefix">What the profile's prefix is now; its hash is part of the name, so a soft prompt that was tuned again makes
    /// a new run.</param>
    /// <param name="modelFingerprint">The model's fingerprint.</param>
    public static RunId Of(
        string source, StoredVersion etag, string profileName, Profile? profile, SoftPromptReference? prefix, string modelFingerprint)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, Encoding.UTF8.GetBytes(source));
        Append(hash, Encoding.UTF8.GetBytes(etag.ToString()));

        // Which worked examples a run takes is known only once its data sets are: all that it could take are part of its name.
        Append(hash, profile is null
            ? Encoding.UTF8.GetBytes("no profile " + profileName)
            : CanonicalJson.Of(Protocol.Of(profile, ExemplarSets.Names) with { Prefix = prefix }));
        Append(hash, Encoding.UTF8.GetBytes(modelFingerprint));
        Append(hash, Encoding.UTF8.GetBytes(EvaluationRules.Version));
        return RunId.FromHash(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, byte[] part)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, part.Length);
        hash.AppendData(length);
        hash.AppendData(part);
    }
}
