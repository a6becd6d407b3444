using System.Globalization;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Azure.Storage.Queues;
using MedQA.Evaluation;
using MedQA.Pipeline.Runs;

namespace MedQA.Pipeline.Storage;

/// <summary>
/// The storage layout: the containers, queues and tables by their fixed names, and the names of blobs and rows in them.
/// </summary>
public sealed class RunStorage
{
    /// <summary>
    /// The version that is written of what belongs to no run and no study: the names here, receipts of uploads, what days have taken,
    /// messages.
    /// </summary>
    public const int Version = 1;

    /// <summary>The metadata of <see cref="Runs"/> that has the version of the storage.</summary>
    internal const string VersionMetadata = "format";

    private const string ProfilesFolder = "profiles/";
    private const string KeptProfilesFolder = "profile-contents/";

    /// <summary>Uses three services of one account.</summary>
    /// <param name="blobs">Blob service.</param>
    /// <param name="queues">Queue service; messages are encoded here, so the client must not encode them again (its default).</param>
    /// <param name="tables">Table service.</param>
    /// <param name="prefix">Goes in front of every container's, queue's and table's name, so that several systems can share an account;
    /// lower-case letters and digits only.</param>
    public RunStorage(BlobServiceClient blobs, QueueServiceClient queues, TableServiceClient tables, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(blobs);
        ArgumentNullException.ThrowIfNull(queues);
        ArgumentNullException.ThrowIfNull(tables);
        QuestionSets = blobs.GetBlobContainerClient(prefix + "question-sets");
        Runs = blobs.GetBlobContainerClient(prefix + "runs");
        Studies = blobs.GetBlobContainerClient(prefix + "studies");
        Prefixes = blobs.GetBlobContainerClient(prefix + "prefixes");
        BatchQueue = queues.GetQueueClient(prefix + "question-batches");
        BatchPoisonQueue = queues.GetQueueClient(prefix + "question-batches-poison");
        AdvanceQueue = queues.GetQueueClient(prefix + "advance");
        AdvancePoisonQueue = queues.GetQueueClient(prefix + "advance-poison");
        UploadQueue = queues.GetQueueClient(prefix + "uploads");
        UploadPoisonQueue = queues.GetQueueClient(prefix + "uploads-poison");
        BlobTriggerPoisonQueue = queues.GetQueueClient(prefix + "webjobs-blobtrigger-poison");
        RunTable = tables.GetTableClient(prefix + "Runs");
        BatchTable = tables.GetTableClient(prefix + "Batches");
        AnswerTable = tables.GetTableClient(prefix + "Answers");
        ScoreTable = tables.GetTableClient(prefix + "Scores");
        RatingTable = tables.GetTableClient(prefix + "Ratings");
    }

    /// <summary>Uploads: <c>[profile/]name.ext</c>.</summary>
    public BlobContainerClient QuestionSets { get; }

    /// <summary>
    /// Everything that a run writes, under <c>{run}/</c>, and profiles that callers have stored: under <c>profiles/</c> by their names,
    /// under <c>profile-contents/</c> by their hashes.
    /// </summary>
    public BlobContainerClient Runs { get; }

    /// <summary>
    /// Everything that a study of human ratings is made of, under <c>{study}/</c>; what raters click is in <see cref="RatingTable"/>.
    /// </summary>
    public BlobContainerClient Studies { get; }

    /// <summary>
    /// Soft prompts: <c>{hash}/prefix.safetensors</c> and <c>names/{name}.json</c>; see
    /// <see cref="MedQA.Pipeline.SoftPrompts.SoftPromptStore"/>.
    /// </summary>
    public BlobContainerClient Prefixes { get; }

    /// <summary>Batches to answer.</summary>
    public QueueClient BatchQueue { get; }

    /// <summary>Messages of <see cref="BatchQueue"/> that failed too often.</summary>
    public QueueClient BatchPoisonQueue { get; }

    /// <summary>Wake-ups: runs that may have something to do.</summary>
    public QueueClient AdvanceQueue { get; }

    /// <summary>Messages of <see cref="AdvanceQueue"/> that failed too often.</summary>
    public QueueClient AdvancePoisonQueue { get; }

    /// <summary>Upload events of accounts that are closed to the network.</summary>
    public QueueClient UploadQueue { get; }

    /// <summary>Messages of <see cref="UploadQueue"/> that failed too often.</summary>
    public QueueClient UploadPoisonQueue { get; }

    /// <summary>Uploads on which a blob trigger failed too often; the blob extension gives the queue its name.</summary>
    public QueueClient BlobTriggerPoisonQueue { get; }

    /// <summary>
    /// One row per run, and one in the partition <c>recent</c>; also the handled uploads (<c>uploads</c>) and the daily totals
    /// (<c>budget</c>).
    /// </summary>
    public TableClient RunTable { get; }

    /// <summary>One row per batch.</summary>
    public TableClient BatchTable { get; }

    /// <summary>One row per answered question.</summary>
    public TableClient AnswerTable { get; }

    /// <summary>One row per figure of a report.</summary>
    public TableClient ScoreTable { get; }

    /// <summary>
    /// A partition per rater of a study: one row for the rater, one for each click. No blob has these again: this table is the truth about
    /// ratings.
    /// </summary>
    public TableClient RatingTable { get; }

    /// <summary>
    /// An upload by its name. A name with a part <c>.</c> or <c>..</c> has no client: addresses resolve such parts, so that it would speak
    /// of another blob, even of another container.
    /// </summary>
    /// <param name="blobName">The name as a listing or an event gives it.</param>
    internal StoredBlob? FindQuestionSet(string blobName)
    {
        ArgumentException.ThrowIfNullOrEmpty(blobName);
        return blobName.Split('/', '\\').Any(static part => part is "." or "..") ? null : QuestionSet(blobName);
    }

    /// <summary>The configuration of a run; its existence is what makes the run exist.</summary>
    internal StoredBlob Manifest(RunId run) => Blob(run, "manifest.json");

    /// <summary>The decision to stop a run early; see <see cref="RunStop"/>.</summary>
    internal StoredBlob Stop(RunId run) => Blob(run, "stop.json");

    /// <summary>What people wrote about a run: its name, tags and note.</summary>
    internal StoredBlob Annotation(RunId run) => Blob(run, "annotation.json");

    /// <summary>The questions of a batch.</summary>
    internal StoredBlob Questions(RunId run, BatchId batch) => Blob(run, $"questions/{batch}.jsonl");

    /// <summary>What has been answered of a batch so far: appended under a lease.</summary>
    internal ProgressBlob Progress(RunId run, BatchId batch) =>
        new(Runs.GetAppendBlobClient($"{run}/progress/{batch}.jsonl"), run, batch);

    /// <summary>The answers of a finished batch: written once.</summary>
    internal StoredBlob Answers(RunId run, BatchId batch) => Blob(run, $"answers/{batch}.jsonl");

    /// <summary>What is counted of the answers of a finished batch; see <see cref="CountedBatch"/>.</summary>
    internal StoredBlob Counted(RunId run, BatchId batch) => Blob(run, $"counted/{batch}.jsonl");

    /// <summary>
    /// A file of the result: <c>report.json</c>, <c>report.md</c>, <c>report.html</c>, <c>answers.csv</c>, <c>answers.parquet</c>,
    /// <c>rejected.csv</c>, <c>index/…</c>.
    /// </summary>
    internal StoredBlob Blob(RunId run, string name) => RunBlob($"{run}/{name}");

    /// <summary>A blob of a run by its whole name.</summary>
    internal StoredBlob RunBlob(string name) => new(Runs.GetBlockBlobClient(name));

    /// <summary>An upload whose name this service has made.</summary>
    internal StoredBlob QuestionSet(string name) => new(QuestionSets.GetBlockBlobClient(name));

    /// <summary>A profile that a caller has stored. No run has a name like its folder.</summary>
    internal StoredBlob Profile(string name) => RunBlob($"{ProfilesFolder}{name}.json");

    /// <summary>The blobs of all profiles that callers have stored, in the order of their names.</summary>
    internal IAsyncEnumerable<BlobFacts> ListProfilesAsync(CancellationToken cancellationToken) =>
        ListAsync(Runs, ProfilesFolder, cancellationToken);

    /// <summary>A profile that is kept by its hash.</summary>
    internal StoredBlob KeptProfile(string hash) => RunBlob($"{KeptProfilesFolder}{hash}.json");

    /// <summary>The blobs of all profiles that are kept by their hashes.</summary>
    internal IAsyncEnumerable<BlobFacts> ListKeptProfilesAsync(CancellationToken cancellationToken) =>
        ListAsync(Runs, KeptProfilesFolder, cancellationToken);

    /// <summary>A blob of a study.</summary>
    internal StoredBlob StudyBlob(string study, string name) => new(Studies.GetBlockBlobClient($"{study}/{name}"));

    /// <summary>The name of the container of tuned prefixes.</summary>
    internal string PrefixesName => Prefixes.Name;

    /// <summary>A blob of the tuned prefixes.</summary>
    internal StoredBlob Prefix(string name) => new(Prefixes.GetBlockBlobClient(name));

    /// <summary>The blobs of a run whose names begin so, in the order of their names.</summary>
    internal IAsyncEnumerable<BlobFacts> ListAsync(RunId run, string beginning, CancellationToken cancellationToken) =>
        ListAsync(Runs, $"{run}/{beginning}", cancellationToken);

    /// <summary>Removes the blobs of a run whose names begin so.</summary>
    internal async Task DeleteAllAsync(RunId run, string beginning, CancellationToken cancellationToken)
    {
        await foreach (var blob in ListAsync(run, beginning, cancellationToken))
        {
            await RunBlob(blob.Name).DeleteAsync(cancellationToken);
        }
    }

    /// <summary>All uploads.</summary>
    internal IAsyncEnumerable<BlobFacts> ListQuestionSetsAsync(CancellationToken cancellationToken) =>
        ListAsync(QuestionSets, null, cancellationToken, BlobTraits.Metadata);

    /// <summary>The blobs of all studies.</summary>
    internal IAsyncEnumerable<BlobFacts> ListStudyBlobsAsync(CancellationToken cancellationToken) =>
        ListAsync(Studies, null, cancellationToken);

    /// <summary>The names of all studies that have a blob.</summary>
    internal IAsyncEnumerable<string> ListStudiesAsync(CancellationToken cancellationToken) =>
        Studies.GetBlobsByHierarchyAsync(new GetBlobsByHierarchyOptions { Delimiter = "/" }, cancellationToken)
            .Where(static entry => entry.IsPrefix)
            .Select(static entry => entry.Prefix.TrimEnd('/'));

    /// <summary>Creates what is missing. In Azure the deployment has created everything, and this changes nothing.</summary>
    /// <exception cref="UnusableException">A newer version has made it.</exception>
    public async Task EnsureCreatedAsync(CancellationToken cancellationToken)
    {
        var version = new Dictionary<string, string> { [VersionMetadata] = Version.ToString(CultureInfo.InvariantCulture) };
        QueueClient[] queues =
            [BatchQueue, BatchPoisonQueue, AdvanceQueue, AdvancePoisonQueue, UploadQueue, UploadPoisonQueue, BlobTriggerPoisonQueue];
        await Task.WhenAll((Task[])
        [
            Runs.CreateIfNotExistsAsync(metadata: version, cancellationToken: cancellationToken),
            .. new[] { QuestionSets, Studies, Prefixes }.Select(one => one.CreateIfNotExistsAsync(cancellationToken: cancellationToken)),
            .. queues.Select(queue => queue.CreateIfNotExistsAsync(cancellationToken: cancellationToken)),
            .. new[] { RunTable, BatchTable, AnswerTable, ScoreTable, RatingTable }.Select(
                table => table.CreateIfNotExistsAsync(cancellationToken)),
        ]);
        var metadata = (await Runs.GetPropertiesAsync(cancellationToken: cancellationToken)).Value.Metadata;
        StoredFormat.Check(
            $"The storage of account {Runs.AccountName}",
            metadata.TryGetValue(VersionMetadata, out var text) && int.TryParse(text, CultureInfo.InvariantCulture, out var found)
                ? found
                : null,
            Version);
    }

    private static IAsyncEnumerable<BlobFacts> ListAsync(
        BlobContainerClient container, string? beginning, CancellationToken cancellationToken, BlobTraits traits = BlobTraits.None) =>
        container.GetBlobsAsync(new GetBlobsOptions { Prefix = beginning, Traits = traits }, cancellationToken)
            .Select(static blob => new BlobFacts(
                blob.Name,
                blob.Properties.ETag ?? default(StoredVersion),
                blob.Properties.LastModified,
                blob.Metadata,
                BlobFacts.Holds(blob.Properties.LeaseState)));
}
