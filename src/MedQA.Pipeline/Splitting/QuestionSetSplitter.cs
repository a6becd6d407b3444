using MedQA.Datasets;
using MedQA.Datasets.Reading;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Questions;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Strategies;
using MedQA.Pipeline.Budgeting;
using MedQA.Pipeline.Deleting;
using MedQA.Pipeline.Profiles;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Signalling;
using MedQA.Pipeline.SoftPrompts;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tracing;
using MedQA.Pipeline.Uploading;
using Microsoft.Extensions.Logging;

namespace MedQA.Pipeline.Splitting;

/// <summary>
/// Makes a run of an upload: reads the question set once, writes a blob per batch and then the manifest, which is the moment at which the
/// run exists. Sends nothing. A split that is cut off leaves no run, and the repeated event does it again.
/// </summary>
public sealed class QuestionSetSplitter
{
    /// <summary>The most questions that are asked between two decisions whether to stop early.</summary>
    private const int MostBetweenLooks = 16;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan KeepEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ReleaseWithin = TimeSpan.FromSeconds(5);

    private readonly RunStorage _storage;
    private readonly ProfileCatalog _profiles;
    private readonly IReadOnlyList<AnsweringModel> _models;
    private readonly SplitOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly PipelineSignals _signals;
    private readonly RunRows _runs;
    private readonly SoftPromptStore _prefixes;
    private readonly RunDeletion _deletion;
    private readonly BudgetLedger? _ledger;
    private readonly UploadReceipts _receipts;
    private readonly SharedUploads _sharedUploads;

    /// <summary>A splitter for runs of one model, or of several.</summary>
    /// <param name="storage">Where uploads and runs lie.</param>
    /// <param name="profiles">The profiles that uploads can name.</param>
    /// <param name="model">The model that will answer where no other is asked for.</param>
    /// <param name="options">Batch sizes and limits.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Is told what became of each upload.</param>
    /// <param name="signals">Wakes the loop of this process that advances runs.</param>
    /// <param name="prefixes">The soft prompts that profiles can name; <see langword="null"/> for those of the storage.</param>
    /// <param name="ledger">Knows whose budget a run counts for; <see langword="null"/> where there is no budget.</param>
    /// <param name="countTokens">Counts tokens as that model does; <see langword="null"/> where the host cannot, and each question then
    /// takes as many worked examples as fit it.</param>
    /// <param name="others">Further models that can be asked for.</param>
    /// <exception cref="ArgumentException">A setting is outside its range; the message names it.</exception>
    public QuestionSetSplitter(
        RunStorage storage,
        ProfileCatalog profiles,
        ModelDescription model,
        SplitOptions options,
        TimeProvider time,
        ILogger<QuestionSetSplitter> logger,
        PipelineSignals? signals = null,
        SoftPromptStore? prefixes = null,
        BudgetLedger? ledger = null,
        Func<Prompt, int>? countTokens = null,
        IReadOnlyList<AnsweringModel>? others = null)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        (_storage, _profiles, _options, _time, _logger, _signals) =
            (storage, profiles, options, time, logger, signals ?? new PipelineSignals());
        _models = [new AnsweringModel(model, countTokens), .. others ?? []];
        _runs = new RunRows(storage, _signals);
        _prefixes = prefixes ?? new SoftPromptStore(storage);
        _deletion = new RunDeletion(storage, time, _signals);
        _ledger = ledger;
        _receipts = new UploadReceipts(storage);
        _sharedUploads = new SharedUploads(storage, _runs);
    }

    /// <summary>
    /// Handles the event that a blob was uploaded, as its receipt allows: what was handled, or was made for another model, is left alone,
    /// and what another process is at work on is waited for.
    /// The same event twice is the same run.
    /// </summary>
    /// <param name="blobName">The blob in the container of question sets: <c>[profile/]name.ext</c>.</param>
    /// <param name="etag">The version that the event speaks of.</param>
    /// <param name="cancellationToken">Cancels the work; nothing that harms is left.</param>
    public Task<SplitOutcome> OnUploadAsync(string blobName, StoredVersion etag, CancellationToken cancellationToken) =>
        TakeAsync(blobName, etag, asked: false, waits: true, chosen: null, model: null, cancellationToken);

    /// <summary>
    /// Creates a run of an upload for the caller that has just stored it and waits, independently of other runs of the same content.
    /// What is rejected leaves neither a run nor its blob.
    /// </summary>
    /// <param name="upload">The upload.</param>
    /// <param name="cancellationToken">Cancels the work; nothing that harms is left.</param>
    /// <param name="chosen">
    /// The profile as the caller found it under the upload's name of it: another one can have taken that name since.
    /// <see langword="null"/> to look the name up.
    /// </param>
    /// <param name="model">The fingerprint of the model to ask; <see langword="null"/> for the usual one.</param>
    /// <exception cref="ArgumentException">There is no such model here.</exception>
    public Task<SplitOutcome> StartAsync(
        Upload upload, CancellationToken cancellationToken, Profile? chosen = null, string? model = null)
    {
        ArgumentNullException.ThrowIfNull(upload);
        return TakeAsync(
            upload.BlobName,
            upload.ETag,
            asked: true,
            waits: true,
            chosen,
            model is null ? null : FindModel(model) ?? throw new ArgumentException($"No model has fingerprint {model}.", nameof(model)),
            cancellationToken);
    }

    /// <summary>Handles an upload that was found; one that another process is at work on is left for a later look.</summary>
    internal Task<SplitOutcome> OnFoundAsync(string blobName, StoredVersion etag, CancellationToken cancellationToken) =>
        TakeAsync(blobName, etag, asked: false, waits: false, chosen: null, model: null, cancellationToken);

    private async Task<SplitOutcome> TakeAsync(
        string blobName,
        StoredVersion etag,
        bool asked,
        bool waits,
        Profile? chosen,
        AnsweringModel? model,
        CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        while (true)
        {
            // Who waits for the answer does not wait for the end of a process that was killed meanwhile: two that make one run write the
            // same.
            var takesOver = asked && _time.GetElapsedTime(began) >= _options.ClaimFor / 6;
            var outcome = await TryTakeAsync(blobName, etag, asked, takesOver, chosen, model, cancellationToken);
            if (outcome.Result != SplitResult.InHand || !waits)
            {
                return outcome;
            }

            // Another process has no event that this one could wait for.
            await Task.Delay(_options.ClaimFor < LookEvery ? _options.ClaimFor : LookEvery, _time, cancellationToken);
        }
    }

    private async Task<SplitOutcome> TryTakeAsync(
        string blobName,
        StoredVersion etag,
        bool asked,
        bool takesOver,
        Profile? chosen,
        AnsweringModel? model,
        CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(blobName);

        if (_storage.FindQuestionSet(blobName) is not { } blob)
        {
            _logger.UploadUnnameable(blobName);
            return new SplitOutcome(SplitResult.Gone, null);
        }

        try
        {
            var facts = await blob.GetFactsAsync(cancellationToken, etag);
            var outcome = new SplitOutcome(SplitResult.Left, null);
            foreach (var candidate in asked ? [model ?? _models[0]] : ModelsFor(facts.Metadata))
            {
                outcome = await SplitAsync(blob, etag, facts.Metadata, candidate, asked, takesOver, chosen, cancellationToken);
                if (outcome.Result != SplitResult.Left)
                {
                    break;
                }
            }

            if (outcome.Result != SplitResult.InHand)
            {
                _logger.UploadHandled(blobName, outcome.Result, outcome.Run);
            }

            if (outcome.Result is SplitResult.Created or SplitResult.Rejected)
            {
                _signals.RunsChanged.Set();
            }

            return outcome;
        }
        catch (Exception exception) when (exception.IsOtherVersion())
        {
            _logger.UploadGone(blobName);
            return new SplitOutcome(SplitResult.Gone, null);
        }
    }

    /// <summary>
    /// Handles an upload that another service announces. Without a version, that is the current one: a later one has an
    /// event of its own.
    /// </summary>
    /// <param name="upload">The upload.</param>
    /// <param name="cancellationToken">Cancels the work; nothing that harms is left.</param>
    public async Task<SplitOutcome> OnUploadAsync(UploadEvent upload, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(upload);
        return upload.ETag is { } etag ? await OnUploadAsync(upload.BlobName, etag, cancellationToken)
            : await FindFactsAsync(upload, cancellationToken)
                is { } facts ? await OnUploadAsync(upload.BlobName, facts.Version, cancellationToken)
            : new SplitOutcome(SplitResult.Gone, null);
    }

    /// <summary>
    /// Records that an upload could not be split, as a failed run without a manifest: people see it, and the same event makes the run after
    /// all once the obstacle is removed.
    /// </summary>
    /// <param name="upload">The upload.</param>
    /// <param name="fault">What was in the way.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <returns>The failed run; <see langword="null"/> if the upload no longer exists, or its run was deleted.</returns>
    public async Task<RunId?> RecordFailureAsync(UploadEvent upload, Exception fault, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(upload);
        ArgumentNullException.ThrowIfNull(fault);
        if (await FindFactsAsync(upload, cancellationToken) is not { } facts)
        {
            return null;
        }

        var (etag, profileName) = (upload.ETag ?? facts.Version, ProfileNameOf(upload.BlobName, facts.Metadata));
        var model = ModelsFor(facts.Metadata) is [var first, ..] ? first : _models[0];
        var (profile, prefix, _) = await FindProfileAsync(
            profileName, ProfileHashOf(facts.Metadata), model, chosen: null, cancellationToken);
        var run = RunIdentity.Of(upload.BlobName, etag, profileName, profile, prefix, model.Fingerprint);
        if (await _storage.FindManifestAsync(run, cancellationToken) is { Tombstone: not null })
        {
            return null;
        }

        var now = _time.GetUtcNow();
        await _runs.CreateAsync(
            new RunRow
            {
                Summary = new RunSummary
                {
                    Run = run,
                    Name = upload.BlobName[(upload.BlobName.LastIndexOf('/') + 1)..],
                    State = RunState.Failed,
                    Reason = "The question set could not be split into batches after several attempts: "
                        + $"{FaultText.MessageOf(fault)} Resolve the cause and upload it again.",
                    Source = upload.BlobName,
                    Profile = profile?.Name ?? profileName,
                    Model = model.Description.Name,
                    ModelFingerprint = model.Fingerprint,
                    Created = now,
                    Changed = now,
                    Finished = now,
                },
            },
            cancellationToken);
        await _receipts.AddAsync(upload.BlobName, etag, run, model.Fingerprint, cancellationToken);
        return run;
    }

    private AnsweringModel? FindModel(string fingerprint) => _models.FirstOrDefault(model => model.Fingerprint == fingerprint);

    /// <summary>
    /// The models that may make a run of an upload that nobody waits for: the one that it was stored for, if it is here; else all, because
    /// its receipt can name one of them.
    /// </summary>
    private IReadOnlyList<AnsweringModel> ModelsFor(IDictionary<string, string> metadata) =>
        UploadMetadata.Find(metadata, UploadMetadata.Model) is not { } wanted ? _models
        : FindModel(wanted) is { } model ? [model]
        : [];

    private async Task<BlobFacts?> FindFactsAsync(UploadEvent upload, CancellationToken cancellationToken)
    {
        try
        {
            return _storage.FindQuestionSet(upload.BlobName) is { } blob
                ? await blob.GetFactsAsync(cancellationToken, upload.ETag)
                : null;
        }
        catch (Exception exception) when (exception.IsOtherVersion())
        {
            _logger.UploadGone(upload.BlobName);
            return null;
        }
    }

    /// <summary>The upload's folder, else its metadata, else the host's usual profile.</summary>
    private string ProfileNameOf(string blobName, IDictionary<string, string> metadata) =>
        blobName.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash
            ? blobName[..slash]
            : UploadMetadata.Find(metadata, UploadMetadata.Profile) ?? _options.DefaultProfile;

    private static string? ProfileHashOf(IDictionary<string, string> metadata) => UploadMetadata.Find(metadata, UploadMetadata.ProfileHash);

    private async Task<SplitOutcome> SplitAsync(
        StoredBlob blob,
        StoredVersion etag,
        IDictionary<string, string> metadata,
        AnsweringModel model,
        bool asked,
        bool takesOver,
        Profile? chosen,
        CancellationToken cancellationToken)
    {
        var profileName = ProfileNameOf(blob.Name, metadata);

        // What an upload says of the profile is for whoever makes its run in place of the process that stored it.
        var hash = asked ? null : ProfileHashOf(metadata);
        var (profile, prefix, rejection) = await FindProfileAsync(profileName, hash, model, chosen, cancellationToken);
        var (reading, fault) = UploadMetadata.ReadingOf(metadata);
        rejection ??= fault is null ? null : new Rejection($"the upload's metadata has {fault}.", null);

        var run = RunIdentity.Of(blob.Name, etag, profileName, profile, prefix, model.Fingerprint);
        using var activity = PipelineTracing.Start("split question set", run.ToString());

        var receipt = await FindReceiptAsync(blob.Name, etag, run, cancellationToken);
        if (profile is not null && profile.Name != profileName && receipt?.Run is { } earlier && earlier != run
            && profile with { Name = profileName } is var spelled
            && RunIdentity.Of(blob.Name, etag, profileName, spelled, prefix, model.Fingerprint) == earlier)
        {
            // An earlier version has made, or begun, the run under the folder's own spelling of the variation.
            (profile, run) = (spelled, earlier);
        }

        if (!asked && WhyNotOwn(receipt, run, model) is { } others)
        {
            return others;
        }

        if (await FindKnownAsync(run, cancellationToken) is { } known)
        {
            if (receipt is null || (receipt.Run == run && receipt.Standing != UploadStanding.Handled))
            {
                await _receipts.AddAsync(blob.Name, etag, run, model.Fingerprint, cancellationToken);
            }

            return known;
        }

        // Others' runs of the same content keep their receipts, even if a caller requests a separate run.
        var isOthers = receipt is not null && receipt.Run != run && WhyNotOwn(receipt, run, model) is not null;
        if (!isOthers && receipt is { Standing: UploadStanding.Claimed } && IsHeld(receipt) && !takesOver)
        {
            return new SplitOutcome(SplitResult.InHand, null);
        }

        var claim = isOthers ? null : await _receipts.TryClaimAsync(blob.Name, etag, run, model.Fingerprint, receipt, cancellationToken);
        if (!isOthers && claim is null)
        {
            return new SplitOutcome(SplitResult.InHand, null);
        }

        var manifest = new RunManifest
        {
            V = reading.RightAnswers == RightAnswers.Several ? RunManifest.VersionOfSets : RunManifest.Version,
            Run = run.ToString(),
            Name = UploadMetadata.Find(metadata, UploadMetadata.Name) ?? blob.Name[(blob.Name.LastIndexOf('/') + 1)..],
            Source = blob.Name,
            SourceETag = etag.ToString(),
            Created = _time.GetUtcNow(),
            ProfileName = profile?.Name ?? profileName,
            ModelName = model.Description.Name,
            ModelFingerprint = model.Fingerprint,
            Endpoint = model.Description.Endpoint,
            ModelFacts = model.Description.Facts,
            Rules = EvaluationRules.Version,
            AnswerNotation = reading.Notation,
            DropsFillers = reading.DropsFillers ? true : null,
            Limit = reading.Limit,
            Sample = reading.Sample,
            Map = reading.Map?.ToString(),
            Until = reading.Until,
            SeveralRight = reading.RightAnswers == RightAnswers.Several ? true : null,
            Rejection = rejection,
            Traceparent = PipelineTracing.Traceparent,
        };
        try
        {
            return await SplitAsync(blob, etag, metadata, model, profile, prefix, manifest, run, claim, asked, cancellationToken);
        }
        catch (Exception exception) when (claim is not null && !exception.IsOfStorage())
        {
            // Nothing was created, and a retry need not wait until this claim expires.
            using var limit = new CancellationTokenSource(ReleaseWithin, _time);
            await claim.ReleaseAsync(limit.Token);
            throw;
        }
    }

    private async Task<SplitOutcome> SplitAsync(
        StoredBlob blob,
        StoredVersion etag,
        IDictionary<string, string> metadata,
        AnsweringModel model,
        Profile? profile,
        SoftPromptReference? prefix,
        RunManifest manifest,
        RunId run,
        UploadClaim? claim,
        bool asked,
        CancellationToken cancellationToken)
    {
        if (profile is not null && manifest.Rejection is null)
        {
            manifest = await ReadAsync(blob, etag, model, profile, prefix, manifest, run, claim, cancellationToken);
        }

        if (manifest.Rejection is { } rejection
            && await IsStoredHereAsync(blob, etag, metadata, asked, cancellationToken) is var stored && (stored || asked))
        {
            await RemoveRejectedAsync(stored && claim is not null ? blob : null, etag, run, claim, cancellationToken);
            return new SplitOutcome(SplitResult.Rejected, run, rejection);
        }

        if (_ledger is not null && manifest.Rejection is null)
        {
            await _ledger.NoteCallerAsync(
                run,
                blob.Name,
                async (claimed, cancel) => (asked || ProfileHashOf(metadata) is not { } stated || stated == claimed)
                    && await QuestionSetUploads.IsAsStoredAsync(blob, etag, metadata, cancel),
                cancellationToken);
        }

        // A process that stood still for long may have been taken for dead: what others have begun since is theirs.
        if (!asked && claim is not null && !await claim.KeepAsync(cancellationToken)
            && WhyNotOwn(await FindReceiptAsync(blob.Name, etag, run, cancellationToken), run, model) is { } others)
        {
            await DiscardAsync(run, cancellationToken);
            return others;
        }

        if (!await _storage.Manifest(run).TryCreateAsync(ToJson(manifest), "application/json", cancellationToken))
        {
            return await FindKnownAsync(run, cancellationToken) ?? new SplitOutcome(SplitResult.Gone, null);
        }

        // A row can exist already if the storage lost the manifest in a crash; that row is void, except for a requested
        // deletion.
        await _runs.CreateAsync(RowOf(run, manifest), cancellationToken);
        var standing = await _runs.FindAsync(run, cancellationToken);
        if (standing is { Summary: { State: RunState.Failed, Requested: not RequestedAction.Delete } } failed)
        {
            var row = RowOf(run, manifest) with { ETag = failed.ETag, Annotating = RunRow.NotCopied };
            if (await _runs.TryUpdateAsync(row, cancellationToken) is not null)
            {
                await _runs.DeleteOtherCopyAsync(failed, row, cancellationToken);
            }
        }

        if (claim is not null && !await claim.CompleteAsync(cancellationToken) && !asked)
        {
            if (WhyNotOwn(await FindReceiptAsync(blob.Name, etag, run, cancellationToken), run, model) is { } taker)
            {
                // It stood still between its last look and the run, and an upload is one run.
                if (await _runs.FindAsync(run, cancellationToken) is { } row)
                {
                    await _deletion.StepAsync(row, cancellationToken);
                }

                return taker;
            }

            await _receipts.AddAsync(blob.Name, etag, run, model.Fingerprint, cancellationToken);
        }

        return new SplitOutcome(manifest.Rejection is null ? SplitResult.Created : SplitResult.Rejected, run, manifest.Rejection);
    }

    /// <summary>The receipt of an upload. Where a process was cut off between a run and its receipt, the receipt is written here.</summary>
    private async Task<UploadReceipt?> FindReceiptAsync(string blobName, StoredVersion etag, RunId run, CancellationToken cancellationToken)
    {
        var receipt = await _receipts.FindAsync(blobName, etag, cancellationToken);
        if (receipt is { Standing: UploadStanding.Claimed, Run: { } made } && made != run
            && await _storage.FindManifestAsync(made, cancellationToken) is not null)
        {
            await _receipts.AddAsync(blobName, etag, made, receipt.Model, cancellationToken);
            return receipt with { Standing = UploadStanding.Handled };
        }

        return receipt;
    }

    /// <summary>Why an upload is not to be made a run of a model here, by its receipt; <see langword="null"/> where it is.</summary>
    private SplitOutcome? WhyNotOwn(UploadReceipt? receipt, RunId run, AnsweringModel model) => receipt switch
    {
        null => null,
        { Standing: UploadStanding.Again, Model: { } wanted } when wanted != model.Fingerprint =>
            new SplitOutcome(SplitResult.Left, null),
        { Standing: UploadStanding.Handled, Run: { } made } when made != run => new SplitOutcome(SplitResult.Known, made),
        { Standing: UploadStanding.Handled, Run: null } => new SplitOutcome(SplitResult.Gone, null),
        { Standing: UploadStanding.Claimed, Run: var made } when made != run && IsHeld(receipt) =>
            new SplitOutcome(SplitResult.InHand, null),
        _ => null,
    };

    private bool IsHeld(UploadReceipt claim) => (_time.GetUtcNow() - claim.Timestamp).Duration() < _options.ClaimFor;

    /// <summary>Whether an upload is this service's own, whose maker is told at once that it is rejected.</summary>
    private static async Task<bool> IsStoredHereAsync(
        StoredBlob blob, StoredVersion etag, IDictionary<string, string> metadata, bool asked, CancellationToken cancellationToken) =>
        (asked || UploadMetadata.Find(metadata, UploadMetadata.StoredBy) == UploadMetadata.Service)
        && await QuestionSetUploads.IsAsStoredAsync(blob, etag, metadata, cancellationToken);

    /// <summary>
    /// Removes everything of an upload whose uploader is told why it is rejected: the run and anything that could be picked up later.
    /// </summary>
    private async Task RemoveRejectedAsync(
        StoredBlob? upload, StoredVersion etag, RunId run, UploadClaim? claim, CancellationToken cancellationToken)
    {
        await DiscardAsync(run, cancellationToken);
        if (upload is not null && !await _sharedUploads.HasOtherAsync(run, upload.Name, etag, cancellationToken))
        {
            // If it was rewritten meanwhile, that is another upload.
            await upload.TryDeleteAsync(etag, cancellationToken);
        }

        if (claim is not null)
        {
            await claim.ReleaseAsync(cancellationToken);
        }
    }

    /// <summary>Removes what was written for a run that is not created.</summary>
    private async Task DiscardAsync(RunId run, CancellationToken cancellationToken)
    {
        // Another process may have made it after all.
        if (await _storage.FindManifestAsync(run, cancellationToken) is null)
        {
            await _storage.DeleteAllAsync(run, "", cancellationToken);
        }
    }

    private async Task<RunManifest> ReadAsync(
        StoredBlob blob,
        StoredVersion etag,
        AnsweringModel model,
        Profile profile,
        SoftPromptReference? prefix,
        RunManifest manifest,
        RunId run,
        UploadClaim? claim,
        CancellationToken cancellationToken)
    {
        var kept = _time.GetTimestamp();
        var (answering, countTokens) = (model.Description, model.CountTokens);
        var batchSize = _options.BatchSizeFor(profile, answering);
        if (manifest.Until is not null)
        {
            // Whether to stop is decided after each batch.
            batchSize = Math.Min(batchSize, MostBetweenLooks);
        }

        var cost = answering.Endpoint is null ? null : new PromptCost(profile, countTokens ?? TokenEstimate.Of);

        // Examples that are chosen for each question are as many as fit it.
        var fit = countTokens is null || profile.ExemplarSelection == ExemplarSelection.Nearest
            ? null
            : new ExemplarFit(profile, countTokens, answering.ContextLength - (prefix?.Length ?? 0));
        var datasets = new SortedSet<string>(StringComparer.Ordinal);
        var tally = new QuestionSetTally();
        var scored = new SortedDictionary<string, int>(StringComparer.Ordinal);
        using var blobs = new QuestionBlobs(_storage, run, batchSize);
        await using var order = manifest.Until is null ? null : new AskingOrder(profile.Seed);
        try
        {
            await using var content = await blob.OpenReadAsync(etag, cancellationToken);
            var reading = new QuestionSetOptions
            {
                FileName = manifest.Name,
                Dataset = _options.DefaultDataset,
                Noted = tally.Note,
                MaxBytes = _options.MaxBytes,
                MaxRows = _options.MaxRows,
            }.With(manifest.Reading);
            await foreach (var row in QuestionSetReader.ReadAsync(content, reading, cancellationToken))
            {
                await KeepAsync();
                tally.Add(row);
                if (row is AcceptedRow { Question: var question })
                {
                    datasets.Add(question.Dataset);
                    fit?.Consider(question);
                    cost?.Add(question);
                    if (order is null)
                    {
                        await blobs.AddAsync(question, cancellationToken);
                        continue;
                    }

                    await order.AddAsync(question, cancellationToken);
                    if (question.RightOptions is not null)
                    {
                        scored[question.Dataset] = scored.GetValueOrDefault(question.Dataset) + 1;
                    }
                }
                else if (row is RejectedRow rejected)
                {
                    await blobs.AddAsync(new UnusableRow(rejected.Line, rejected.Id, rejected.Reason), cancellationToken);
                }
            }

            await foreach (var question in order?.DrawnAsync(cancellationToken) ?? AsyncEnumerable.Empty<Question>())
            {
                await KeepAsync();
                await blobs.AddAsync(question, cancellationToken);
            }
        }
        catch (InputException exception)
        {
            await blobs.DiscardQuestionsAsync(cancellationToken);
            return manifest with
            {
                Rejection = new Rejection(exception.Explanation, exception.Location.Line),
                RejectedRows = blobs.Rejected,
                FirstRejected = blobs.First
            };
        }

        if (blobs.Questions == 0)
        {
            await blobs.DiscardQuestionsAsync(cancellationToken);
            var first = blobs.First[0];
            var sentence = blobs.Rejected == 1
                ? $"the only row cannot be used: {first.Reason}"
                : $"none of the {blobs.Rejected} rows can be used. First reason: {first.Reason}";
            return manifest with
            {
                Rejection = new Rejection(sentence, first.Line),
                RejectedRows = blobs.Rejected,
                FirstRejected = blobs.First
            };
        }

        var unscored = manifest.Until is null ? null
            : profile.Strategy.WritesFreeAnswers
            ? $"the run is to stop when its accuracy is known precisely enough (until), but profile {profile.Name} writes free answers, "
                + "which have no accuracy. Leave until out."
            : scored.Count == 0
            ? "the run is to stop when its accuracy is known precisely enough (until), but no question says which option is right, so it "
                + "has no accuracy. Leave until out."
            : null;
        if ((profile.GetIncompatibility(tally.Accepted, tally.FreeAnswers, tally.SeveralRight) ?? unscored) is { } unsuited)
        {
            await blobs.DiscardQuestionsAsync(cancellationToken);
            return manifest with { Rejection = new Rejection(unsuited, null), RejectedRows = blobs.Rejected, FirstRejected = blobs.First };
        }

        var hash = await blobs.CompleteAsync(cancellationToken);
        var protocol = Protocol.Of(profile, datasets, freeAnswers: tally.FreeAnswers == tally.Accepted) with { Prefix = prefix };
        return manifest with
        {
            Protocol = fit is null ? protocol : protocol.WithAtMost(fit.Count),
            ExemplarsAsked = profile.Exemplars,
            ExemplarsChecked = fit is not null,
            EstimatedPromptTokens = cost?.Tokens ?? 0,
            Questions = blobs.Questions,
            BatchSize = batchSize,
            RejectedRows = blobs.Rejected,
            FirstRejected = blobs.First,
            QuestionsHash = hash,
            Metadata = tally.Metadata.Count == 0 ? null : [.. tally.Metadata],
            Notes = [.. tally.Notes()],
            Scored = manifest.Until is null ? null : [.. scored.Select(static dataset => new DatasetSize(dataset.Key, dataset.Value))],
        };

        async Task KeepAsync()
        {
            if (claim is not null && _time.GetElapsedTime(kept) >= KeepEvery)
            {
                // A claim taken over meanwhile is detected before the run is created.
                await claim.KeepAsync(cancellationToken);
                kept = _time.GetTimestamp();
            }
        }
    }

    /// <summary>
    /// Why a run with a profile would be rejected whatever its questions are, as a sentence; <see langword="null"/> where it would not.
    /// </summary>
    /// <param name="profile">The profile.</param>
    /// <param name="model">The fingerprint of the model that would answer; <see langword="null"/> for the usual one.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    public async Task<string?> WhyRejectedAsync(Profile profile, string? model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var answering = (model is null ? null : FindModel(model)) ?? _models[0];
        return (await FindProfileAsync(profile.Name, hash: null, answering, profile, cancellationToken)).Rejection?.Sentence;
    }

    private async Task<(Profile? Profile, SoftPromptReference? Prefix, Rejection? Rejection)> FindProfileAsync(
        string name, string? hash, AnsweringModel model, Profile? chosen, CancellationToken cancellationToken)
    {
        var (profile, rejection) = await FindKnownProfileAsync(name, hash, model, chosen, cancellationToken);
        if (profile?.Prefix is not { } prefixName || rejection is not null)
        {
            return (profile, null, rejection);
        }

        try
        {
            return await _prefixes.FindAsync(prefixName, cancellationToken) is { } prefix
                ? (
                    profile,
                    prefix,
                    profile.GetIncompatibility(model.Description, prefix) is { } reason ? new Rejection(reason, null) : null)
                : (profile, null, new Rejection(
                    $"profile {name} uses the prefix '{prefixName}', which does not exist. Put it into the folder of prefixes "
                        + "(--prefixes) or, in Azure, into the container of prefixes.",
                    null));
        }
        catch (InputException exception)
        {
            return (profile, null, new Rejection(exception.Message, null));
        }
    }

    private async Task<(Profile? Profile, Rejection? Rejection)> FindKnownProfileAsync(
        string name, string? hash, AnsweringModel model, Profile? chosen, CancellationToken cancellationToken)
    {
        var profiles = _profiles.With(model.Profiles);
        try
        {
            return (chosen ?? await profiles.FindAsync(name, hash, null, null, cancellationToken)) is { } profile
                ? (profile, profile.GetIncompatibility(model.Description) is { } reason
                    ? new Rejection(reason + await profiles.AlternativesToAsync(profile, model.Description, cancellationToken), null)
                    : null)
                : (null, new Rejection(
                    hash is not null
                        ? $"the profile '{name}' that was meant (by its hash, in the upload's metadata) is no longer kept. Start the run "
                            + "again with the profile's file or, by its name alone, with the profile that has the name now."
                        : $"unknown profile '{name}' (from the upload's folder or metadata). The profiles are "
                            + $"{string.Join(", ", await profiles.NamesAsync(cancellationToken))}.",
                    null));
        }
        catch (InputException exception)
        {
            return (null, new Rejection(exception.Message, null));
        }
    }

    /// <summary>The outcome for a run that exists or existed; its row is made again where it is lost.</summary>
    private async Task<SplitOutcome?> FindKnownAsync(RunId run, CancellationToken cancellationToken)
    {
        if (await _storage.FindManifestAsync(run, cancellationToken) is not { } found)
        {
            return null;
        }

        if (found.Manifest is not { } manifest)
        {
            // Deleted while this split, or one of the same event that was cut off, was writing.
            await _deletion.RemoveLateAsync(run, found.Tombstone!, cancellationToken);
            return new SplitOutcome(SplitResult.Deleted, run);
        }

        if (await _runs.FindAsync(run, cancellationToken) is null)
        {
            await _runs.CreateAsync(RowOf(run, manifest) with { Annotating = RunRow.NotCopied }, cancellationToken);
            _signals.RunsChanged.Set();
        }

        return new SplitOutcome(manifest.Rejection is null ? SplitResult.Known : SplitResult.Rejected, run, manifest.Rejection);
    }

    /// <summary>The row of a run as its manifest alone makes it: nothing is answered yet.</summary>
    internal static RunRow RowOf(RunId run, RunManifest manifest) => new()
    {
        Summary = new RunSummary
        {
            Run = run,
            Name = manifest.Name,
            State = manifest.Rejection is null ? RunState.Queued : RunState.Rejected,
            Reason = manifest.Rejection?.Sentence,
            ReasonLine = manifest.Rejection?.Line,
            Source = manifest.Source,
            Profile = manifest.ProfileName,
            Strategy = manifest.Protocol?.Profile.Strategy.Name ?? "",
            Samples = manifest.Protocol?.Profile.Samples ?? 0,
            Model = manifest.ModelName,
            ModelFingerprint = manifest.ModelFingerprint,
            ModelFacts = manifest.ModelFacts,
            Host = manifest.Endpoint?.Host,
            Currency = manifest.Endpoint?.Prices?.Currency,
            Created = manifest.Created,
            Changed = manifest.Created,
            Questions = manifest.Questions,
            Until = manifest.Until,
            StoppedAfter = manifest.Stop?.Questions,
            RejectedRows = manifest.RejectedRows,
            Batches = manifest.Batches,
        },
        Traceparent = manifest.Traceparent,
    };

    private static BinaryData ToJson(RunManifest manifest) =>
        BinaryData.FromBytes(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(manifest, PipelineJson.Compact.RunManifest));
}
