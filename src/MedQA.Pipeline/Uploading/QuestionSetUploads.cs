using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MedQA.Datasets;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Reporting;
using MedQA.Files;
using MedQA.Pipeline.Budgeting;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Uploading;

/// <summary>
/// Stores question sets that come over HTTP or from a file, each under the hash of its content: the same content with the same profile is
/// the same upload, and so the same run.
/// </summary>
public sealed class QuestionSetUploads
{
    private readonly RunStorage _storage;
    private readonly TimeProvider _time;
    private readonly BudgetLedger? _ledger;
    private readonly string? _model;

    /// <summary>Stores into a storage.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ledger">Is told who stores what; <see langword="null"/> where there is no budget.</param>
    /// <param name="model">
    /// The model that the question sets are stored for: should this process end before it has made their runs, only one with that model
    /// does. <see langword="null"/> for any.
    /// </param>
    public QuestionSetUploads(RunStorage storage, TimeProvider time, BudgetLedger? ledger = null, ModelDescription? model = null)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(time);
        (_storage, _time, _ledger, _model) = (storage, time, ledger, model?.Fingerprint);
    }

    /// <summary>Stores a question set.</summary>
    /// <param name="body">Its bytes.</param>
    /// <param name="name">What people call it, with the extension that tells its format; not part of what makes it the same.</param>
    /// <param name="profileName">The profile to ask with, or <see langword="null"/> for the host's usual one.</param>
    /// <param name="again">Stores it once more, as a new upload, although it is there.</param>
    /// <param name="reading">How it is to be read. Another reading is another upload: it can mean other right options.</param>
    /// <param name="caller">
    /// Whose budget the run counts for; <see langword="null"/> if unknown, as for an upload written directly to the
    /// container.
    /// </param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <param name="model">
    /// The fingerprint of the model that it is stored for; <see langword="null"/> for that of this object. The same content is stored once,
    /// for the model that it was stored for first.
    /// </param>
    /// <param name="profileHash">
    /// The hash of the profile that is meant, so that another process makes the run with it should this one end before;
    /// <see langword="null"/> for whichever has the name then.
    /// </param>
    /// <exception cref="ArgumentException">The profile's name has other characters than lower-case letters, digits and hyphens.</exception>
    public async Task<Upload> StoreAsync(
        Stream body,
        string name,
        string? profileName,
        bool again,
        SetReading reading,
        string? caller,
        CancellationToken cancellationToken,
        string? model = null,
        string? profileHash = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (profileName is not null
            && (profileName.Length is 0 or > 64
                || !profileName.All(static letter => letter is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-')))
        {
            throw new ArgumentException(
                $"'{profileName}' is not a profile name: names have lowercase letters, digits and hyphens.", nameof(profileName));
        }

        // The hash is the name, so all bytes must have been seen before the first is stored.
        await using var spool = OutputFile.OpenTemporary();
        await body.CopyToAsync(spool, cancellationToken);
        spool.Position = 0;
        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(spool, cancellationToken));
        spool.Position = 0;

        var folder = profileName is null ? "" : profileName + "/";
        var named = (reading.Notation == AnswerNotation.Detect ? "" : "-" + AnswerNotationName.Of(reading.Notation).ToLowerInvariant())
            + (reading.DropsFillers ? "-dropfillers" : "")
            + (reading.Limit is { } limit ? string.Create(CultureInfo.InvariantCulture, $"-limit{limit}") : "")
            + (reading.Sample is { } sample ? string.Create(CultureInfo.InvariantCulture, $"-sample{sample}") : "")
            + (reading.Map is { } map
                ? $"-map{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(map.ToString())))[..16]}"
                : "")
            + (reading.Until is { } points ? $"-until{AccuracyTarget.TextOf(points)}" : "")
            + (reading.RightAnswers == RightAnswers.Several ? "-several" : "");
        var suffix = again ? "-" + _time.GetUtcNow().ToString("yyyyMMdd'T'HHmmssfffffff", CultureInfo.InvariantCulture) : "";
        var blobName = $"{folder}{hash}{named}{suffix}{ExtensionOf(name)}";
        if (_ledger is not null && caller is not null)
        {
            await _ledger.ClaimAsync(blobName, caller, profileHash, cancellationToken);
        }

        return await StoreAsync(_storage.QuestionSet(blobName), spool, name, reading, model ?? _model, profileHash, cancellationToken);
    }

    /// <summary>
    /// Whether a blob is as this service stores it: its content matches the hash in its name, and no metadata asks for another profile.
    /// Others who can write to the container can write a blob with any name and metadata.
    /// </summary>
    /// <param name="blob">The blob.</param>
    /// <param name="etag">Its version.</param>
    /// <param name="metadata">The metadata of that version.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    internal static async Task<bool> IsAsStoredAsync(
        StoredBlob blob, StoredVersion etag, IDictionary<string, string> metadata, CancellationToken cancellationToken)
    {
        if (UploadMetadata.Find(metadata, UploadMetadata.Profile) is not null)
        {
            return false;
        }

        await using var content = await blob.OpenStreamAsync(etag, cancellationToken);
        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
        return blob.Name.AsSpan(blob.Name.LastIndexOf('/') + 1).StartsWith(hash, StringComparison.Ordinal);
    }

    private static async Task<Upload> StoreAsync(
        StoredBlob blob,
        Stream content,
        string name,
        SetReading reading,
        string? model,
        string? profileHash,
        CancellationToken cancellationToken)
    {
        var metadata = new Dictionary<string, string>
        {
            [UploadMetadata.Name] = UploadMetadata.Encode(name),
            [UploadMetadata.StoredBy] = UploadMetadata.Service
        };
        if (reading.Notation != AnswerNotation.Detect)
        {
            metadata[UploadMetadata.AnswerNotation] = AnswerNotationName.Of(reading.Notation);
        }

        if (reading.DropsFillers)
        {
            metadata[UploadMetadata.DropFillers] = "true";
        }

        foreach (var (key, size) in (ReadOnlySpan<(string, int?)>)
            [(UploadMetadata.Limit, reading.Limit), (UploadMetadata.Sample, reading.Sample)])
        {
            if (size is { } most)
            {
                metadata[key] = most.ToString(CultureInfo.InvariantCulture);
            }
        }

        if (profileHash is not null)
        {
            metadata[UploadMetadata.ProfileHash] = UploadMetadata.Encode(profileHash);
        }

        if (reading.Map is { } map)
        {
            metadata[UploadMetadata.Map] = UploadMetadata.Encode(map.ToString());
        }

        if (reading.Until is { } points)
        {
            metadata[UploadMetadata.Until] = AccuracyTarget.TextOf(points);
        }

        if (reading.RightAnswers != RightAnswers.One)
        {
            metadata[UploadMetadata.RightAnswers] = EnumNames.Of(reading.RightAnswers);
        }

        if (model is not null)
        {
            metadata[UploadMetadata.Model] = UploadMetadata.Encode(model);
        }

        return await blob.TryWriteAsync(content, contentType: null, over: null, cancellationToken, metadata) is { } version
            ? new Upload(blob.Name, version, Created: true)
            : new Upload(blob.Name, (await blob.GetFactsAsync(cancellationToken)).Version, Created: false);
    }

    private static string ExtensionOf(string name)
    {
        var extension = Path.GetExtension(name).ToLowerInvariant();
        return extension.Length is > 1 and <= 12 && extension.AsSpan(1).IndexOfAnyExceptInRange('a', 'z') < 0 ? extension : "";
    }
}
