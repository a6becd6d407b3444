using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MedQA.Evaluation;
using MedQA.Evaluation.Rating;
using MedQA.Files;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Tracing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedQA.Pipeline.Studies;

/// <summary>
/// Stores studies: their definitions in blobs that are written once, raters' clicks in the table of ratings. Removals are
/// marked first and take effect at once; an interrupted removal
/// resumes when it is requested again, or when <see cref="FinishRemovalsAsync"/> finds the mark.
/// </summary>
public sealed class StudyStore
{
    /// <summary>The most raters of a study.</summary>
    public const int MaxRaters = 500;

    /// <summary>The most answers of a study's pilot.</summary>
    public const int MaxPilot = 1000;

    /// <summary>The most clicks that are taken at once.</summary>
    public const int MaxClicks = RatingRows.MaxClicks;

    private const string ManifestName = "study.json";
    private const string AnswersName = "answers.json";
    private const string QueuesName = "queues.json";

    /// <summary>Written but never read by the service: with it, a study's draws can be verified and predicted.</summary>
    private const string SecretName = "blinding.json";

    /// <summary>Stands as long as a study is being deleted.</summary>
    private const string DeletedName = "deleted.json";

    private const int AtOnce = 8;
    private const int Remembered = 50;

    /// <summary>What belongs to no study for so long is of a making that was cut off.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    private readonly RunStorage _storage;
    private readonly RatingRows _rows;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<StudyId, Study> _studies = new();

    /// <summary>Keeps studies in a storage.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Learns which studies cannot be read or removed.</param>
    public StudyStore(RunStorage storage, TimeProvider time, ILogger<StudyStore>? logger = null)
        : this(storage, time, (ILogger?)logger)
    {
    }

    /// <summary>The same for those whose logger is of a name of their own.</summary>
    internal StudyStore(RunStorage storage, TimeProvider time, ILogger? logger)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(time);
        (_storage, _time, _logger) = (storage, time, logger ?? NullLogger.Instance);
        _rows = new RatingRows(storage);
    }

    /// <summary>Stores a new study.</summary>
    /// <param name="study">What it is.</param>
    /// <param name="secret">What decided who rates what.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <returns>A link for each rater. The secrets in them are told this once: of each only a hash is stored.</returns>
    public async Task<IReadOnlyList<RaterLink>> CreateAsync(Study study, BlindingSecret secret, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(study);
        ArgumentNullException.ThrowIfNull(secret);
        await WriteAsync(study.Id, SecretName, new StoredSecret(secret.ToArray()), StudyJson.Compact.StoredSecret, cancellationToken);
        await WriteAsync(study.Id, AnswersName, study.Answers, StudyJson.Compact.ImmutableArrayStudyAnswer, cancellationToken);
        await WriteAsync(study.Id, QueuesName, study.Queues, StudyJson.Compact.StudyQueues, cancellationToken);
        RaterLink[] links = [.. study.Manifest.Raters.Select(rater => RaterLink.New(study.Id, rater.Rater))];
        await Parallel.ForEachAsync(links, Options(cancellationToken), async (link, cancel) =>
            await _rows.CreateAsync(study.Id, new Rater { Name = link.Rater, SecretHash = link.Hash }, cancel));

        // The manifest makes the study exist: a creation that was cut off leaves nothing that anybody sees.
        await WriteAsync(study.Id, ManifestName, study.Manifest, StudyJson.Compact.StudyManifest, cancellationToken);
        return links;
    }

    /// <summary>Every study, newest first.</summary>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <param name="unreadable">Gets the names of those that cannot be read, in order; without it, the fault of one is thrown.</param>
    public async Task<IReadOnlyList<StudyManifest>> ListAsync(CancellationToken cancellationToken, ICollection<string>? unreadable = null)
    {
        var names = await _storage.ListStudiesAsync(cancellationToken).ToListAsync(cancellationToken);
        var (manifests, unread) = (new ConcurrentBag<StudyManifest>(), new ConcurrentBag<string>());
        await Parallel.ForEachAsync(names, Options(cancellationToken), async (name, cancel) =>
        {
            if (!StudyId.TryParse(name, out var study))
            {
                return;
            }

            try
            {
                if (await FindManifestAsync(study, cancel) is { } manifest)
                {
                    manifests.Add(manifest);
                }
            }
            catch (Exception exception) when (unreadable is not null && IsOfOneStudy(exception))
            {
                _logger.StudyUnreadable(study, FaultText.Of(exception));
                unread.Add(study.ToString());
            }
        });
        foreach (var name in unread.Order(StringComparer.Ordinal))
        {
            unreadable!.Add(name);
        }

        return [.. manifests.OrderByDescending(static study => study.Created).ThenBy(static study => study.Study, StringComparer.Ordinal)];
    }

    /// <summary>A study, or <see langword="null"/> where there is none.</summary>
    public async Task<Study?> FindAsync(StudyId study, CancellationToken cancellationToken)
    {
        // The manifest is checked each time, because another process may have deleted the study. Otherwise studies never change.
        if (_studies.TryGetValue(study, out var known) && await Blob(study, ManifestName).ExistsAsync(cancellationToken))
        {
            return known;
        }

        if (await FindManifestAsync(study, cancellationToken) is not { } manifest)
        {
            _studies.TryRemove(study, out _);
            return null;
        }

        return await WithPartsAsync(study, manifest, cancellationToken);
    }

    /// <summary>Returns the rater of a link, or <see langword="null"/> if the link is invalid.</summary>
    public async Task<RaterSession?> OpenAsync(RaterLink link, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(link);
        if (await _rows.FindAsync(link.Study, link.Rater, cancellationToken) is not { } rater || !link.Fits(rater.SecretHash))
        {
            return null;
        }

        // While a study is being deleted, its raters' rows still exist, so the cached study is not enough.
        return await FindAsync(link.Study, cancellationToken) is { } study ? new RaterSession(study, rater) : null;
    }

    /// <summary>Stores clicks of a rater.</summary>
    /// <returns>The rater's state: the clicks were stored only if it is <see cref="RaterState.Rating"/>; <see langword="null"/>
    /// if the rater was removed meanwhile.</returns>
    public async Task<RaterState?> AddAsync(RaterSession session, IReadOnlyCollection<RatingClick> clicks,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(clicks);
        var now = _time.GetUtcNow();
        RatingClick[] taken = [.. NotAfter(now, clicks).DistinctBy(static click => (click.At, click.Id))];
        var rater = session.Rater;
        while (rater is { State: RaterState.Rating } && taken.Length > 0
            && !await _rows.TryAddAsync(session.Study.Id, rater, taken, cancellationToken))
        {
            // The rater's row was changed concurrently, by other clicks or an end.
            rater = await _rows.FindAsync(session.Study.Id, rater.Name, cancellationToken);
        }

        return rater?.State;
    }

    /// <summary>Clicks received at a moment. Those of a client whose clock is ahead get that moment, and keep their order.</summary>
    private static IEnumerable<RatingClick> NotAfter(DateTimeOffset now, IEnumerable<RatingClick> clicks)
    {
        var latest = now.ToUniversalTime();
        var last = clicks.OrderByDescending(static click => click.At).ThenByDescending(static click => click.Id, StringComparer.Ordinal);
        foreach (var click in last)
        {
            var isAhead = click.At > latest;
            var at = isAhead ? latest : click.At.ToUniversalTime();
            yield return click with { At = at, Received = now };
            if (isAhead)
            {
                latest -= TimeSpan.FromTicks(1);
            }
        }
    }

    /// <summary>
    /// Changes a rater's state. A withdrawal is marked first, then the ratings are removed; repeating it, or <see
    /// cref="FinishRemovalsAsync"/>, resumes an interrupted removal.
    /// </summary>
    /// <returns>The rater as written, or <see langword="null"/> if the rater was changed or removed meanwhile.</returns>
    /// <exception cref="ArgumentException">The rater's state cannot change to that state; see <see
    /// cref="Rater.CanBecome"/>.</exception>
    public async Task<Rater?> ChangeAsync(RaterSession session, RaterState state, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (!session.Rater.CanBecome(state))
        {
            throw new ArgumentException($"A rater who is {session.Rater.State} cannot become {state}.", nameof(state));
        }

        var changed = session.Rater;
        if (changed.State != state)
        {
            var now = _time.GetUtcNow();
            changed = changed with { State = state, Agreed = state == RaterState.Rating ? now : changed.Agreed };
            changed = changed with { Ended = changed.HasEnded ? now : null };
            if (!await _rows.TryUpdateAsync(session.Study.Id, changed, cancellationToken))
            {
                return null;
            }
        }

        if (state == RaterState.Withdrawn)
        {
            await _rows.DeleteClicksAsync(session.Study.Id, session.Rater.Name, cancellationToken);
        }

        return changed;
    }

    /// <summary>A rater of a study with what was rated, or <see langword="null"/> where the rater was deleted.</summary>
    public async Task<RaterRatings?> RatingsAsync(StudyId study, string rater, CancellationToken cancellationToken)
    {
        if (await _rows.FindAsync(study, rater, cancellationToken) is not { } found)
        {
            return null;
        }

        var clicks = found.State == RaterState.Withdrawn
            ? []
            : await _rows.ClicksAsync(study, rater, cancellationToken).ToListAsync(cancellationToken);
        return new RaterRatings(found, [.. clicks]);
    }

    /// <summary>Every rater of a study who was not deleted, with what was rated, in the order of the study's raters.</summary>
    public async Task<IReadOnlyList<RaterRatings>> RatingsAsync(Study study, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(study);
        var found = new RaterRatings?[study.Manifest.Raters.Length];
        await Parallel.ForEachAsync(Enumerable.Range(0, found.Length), Options(cancellationToken), async (index, cancel) =>
            found[index] = await RatingsAsync(study.Id, study.Manifest.Raters[index].Rater, cancel));
        return [.. found.OfType<RaterRatings>()];
    }

    /// <summary>Adds a judge to a study, unless it is one already.</summary>
    /// <returns>Whether the study exists.</returns>
    public async Task<bool> TryAddJudgeAsync(Study study, StudyJudge judge, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(study);
        ArgumentNullException.ThrowIfNull(judge);
        await _rows.TryAddRaterAsync(
            study.Id, new Rater { Name = judge.Name, State = RaterState.Rating, Judge = judge }, cancellationToken);

        // A deletion removes the manifest first and then looks for judges: it misses none that is added before this.
        if (await Blob(study.Id, ManifestName).ExistsAsync(cancellationToken))
        {
            return true;
        }

        await _rows.DeleteAsync(study.Id, judge.Name, cancellationToken);
        return false;
    }

    /// <summary>
    /// Every judge of a study with its verdicts, by name: one choice for each axis and place, empty where it was unreadable.
    /// </summary>
    public async Task<IReadOnlyList<RaterRatings>> JudgesAsync(Study study, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(study);
        var found = new List<RaterRatings>();
        foreach (var judge in await _rows.JudgesAsync(study.Id, cancellationToken).ToListAsync(cancellationToken))
        {
            if (await RatingsAsync(study.Id, judge, cancellationToken) is { Rater.Judge: not null } ratings)
            {
                found.Add(ratings);
            }
        }

        return found;
    }

    /// <summary>Whether a judge's verdicts at a place are stored.</summary>
    public Task<bool> IsJudgedAsync(StudyId study, string judge, int place, CancellationToken cancellationToken) =>
        _rows.HasClickAsync(study, judge, place, cancellationToken);

    /// <summary>Stores a judge's verdicts at a place, all of them or, where another process has stored some, none.</summary>
    /// <returns>Whether they were stored; <see langword="null"/> if the judge was deleted.</returns>
    public async Task<bool?> TryAddVerdictsAsync(
        StudyId study, string judge, IReadOnlyCollection<RatingClick> verdicts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(verdicts);
        var (place, now) = (verdicts.First().Place, _time.GetUtcNow());
        RatingClick[] taken = [.. verdicts.Select(verdict => verdict with { At = verdict.At.ToUniversalTime(), Received = now })];
        while (await _rows.FindAsync(study, judge, cancellationToken) is { } rater)
        {
            // Whoever stores changes the judge's row: what is read here is still so when it is written.
            if (await _rows.HasClickAsync(study, judge, place, cancellationToken))
            {
                return false;
            }

            if (await _rows.TryAddAsync(study, rater, taken, cancellationToken))
            {
                return true;
            }
        }

        return null;
    }

    /// <summary>Replaces a rater's link; the old one stops working.</summary>
    /// <returns>The link, or <see langword="null"/> where there is no such rater.</returns>
    public async Task<RaterLink?> RenewLinkAsync(StudyId study, string rater, CancellationToken cancellationToken)
    {
        while (await _rows.FindAsync(study, rater, cancellationToken) is { } found)
        {
            var link = RaterLink.New(study, rater);
            if (await _rows.TryUpdateAsync(study, found with { SecretHash = link.Hash }, cancellationToken))
            {
                return link;
            }
        }

        return null;
    }

    /// <summary>
    /// Removes a rater, a person or a judge, and the rater's clicks; the study continues. Repeating it resumes an interrupted removal.
    /// </summary>
    /// <returns>Whether the study has, or had, the rater.</returns>
    public async Task<bool> DeleteRaterAsync(Study study, string rater, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(study);
        if (study.Manifest.Raters.All(invited => invited.Rater != rater)
            && !await _rows.JudgesAsync(study.Id, cancellationToken).AnyAsync(judge => judge == rater, cancellationToken))
        {
            return false;
        }

        await _rows.DeleteAsync(study.Id, rater, cancellationToken);
        return true;
    }

    /// <summary>
    /// Removes a study and its ratings. It is marked, and its manifest is removed first, so that it is no longer found. Repeating it, or
    /// <see cref="FinishRemovalsAsync"/>, resumes an interrupted removal.
    /// </summary>
    /// <returns>Whether the study, or any part of it, existed.</returns>
    public async Task<bool> DeleteAsync(StudyId study, CancellationToken cancellationToken)
    {
        if (!await Blob(study, ManifestName).ExistsAsync(cancellationToken)
            && !await Blob(study, DeletedName).ExistsAsync(cancellationToken))
        {
            return false;
        }

        await Blob(study, DeletedName).TryCreateAsync(BinaryData.FromString("{}"), "application/json", cancellationToken);
        await RemoveAsync(study, cancellationToken);
        return true;
    }

    /// <summary>
    /// Goes on with everything that was cut off: studies that are marked as deleted, ratings of raters who withdrew or were deleted, and
    /// what is left of a study whose making did not come to its end. What cannot be removed now is logged and holds up nothing else.
    /// Who drives runs calls this when it begins, and every hour.
    /// </summary>
    /// <returns>Whether nothing is left to remove; else the next call tries again.</returns>
    public async Task<bool> FinishRemovalsAsync(CancellationToken cancellationToken)
    {
        var isDone = true;
        var before = _time.GetUtcNow() - Abandoned;
        var blobs = await _storage.ListStudyBlobsAsync(cancellationToken).ToListAsync(cancellationToken);
        foreach (var folder in blobs.GroupBy(static blob => blob.Name.Split('/')[0]))
        {
            var names = folder.Select(static blob => blob.Name[(blob.Name.IndexOf('/', StringComparison.Ordinal) + 1)..])
                .ToHashSet(StringComparer.Ordinal);
            var isLeft = names.Contains(DeletedName)
                || (!names.Contains(ManifestName) && folder.All(blob => blob.Written < before));
            if (isLeft && StudyId.TryParse(folder.Key, out var study))
            {
                isDone &= await IsRemovedAsync(study.ToString(), () => RemoveAsync(study, cancellationToken));
            }
        }

        await foreach (var (study, finishAsync) in _rows.UnfinishedRemovalsAsync(cancellationToken))
        {
            isDone &= await IsRemovedAsync(study, finishAsync);
        }

        return isDone;
    }

    private async Task<bool> IsRemovedAsync(string study, Func<Task> removeAsync)
    {
        try
        {
            await removeAsync();
            return true;
        }
        catch (Exception exception) when (IsOfOneStudy(exception))
        {
            _logger.RemovalFailed(study, FaultText.Of(exception));
            return false;
        }
    }

    /// <summary>
    /// Whether a fault says something of what was asked for only: storage refuses a blob or a row, or what it holds cannot be read.
    /// </summary>
    private static bool IsOfOneStudy(Exception fault) => fault.IsOutage()
        || (FullDisk.Describe(fault) is null && fault is InvalidDataException or UnusableException or JsonException);

    /// <summary>
    /// Removes a study's data: the manifest first, so that it is no longer found; the queues, which list the raters, after their
    /// rows; the mark last.
    /// </summary>
    private async Task RemoveAsync(StudyId study, CancellationToken cancellationToken)
    {
        await Blob(study, ManifestName).DeleteAsync(cancellationToken);
        _studies.TryRemove(study, out _);
        if (await ReadAsync(study, QueuesName, StudyJson.Compact.StudyQueues, cancellationToken) is { } queues)
        {
            await Parallel.ForEachAsync(queues.Raters.Keys, Options(cancellationToken),
                async (rater, cancel) => await _rows.DeleteAsync(study, rater, cancel));
        }

        foreach (var judge in await _rows.JudgesAsync(study, cancellationToken).ToListAsync(cancellationToken))
        {
            await _rows.DeleteAsync(study, judge, cancellationToken);
        }

        foreach (var name in (string[])[AnswersName, SecretName, QueuesName, DeletedName])
        {
            await Blob(study, name).DeleteAsync(cancellationToken);
        }
    }

    private async Task<Study?> WithPartsAsync(StudyId study, StudyManifest manifest, CancellationToken cancellationToken)
    {
        if (await ReadAsync(study, AnswersName, StudyJson.Compact.ImmutableArrayStudyAnswer, cancellationToken)
            is not { IsDefault: false } answers
            || await ReadAsync(study, QueuesName, StudyJson.Compact.StudyQueues, cancellationToken) is not { } queues)
        {
            // It is being deleted.
            return new Study(study, manifest, [], new StudyQueues(ImmutableSortedDictionary<string, ImmutableArray<QueueEntry>>.Empty));
        }

        if (_studies.Count >= Remembered)
        {
            _studies.Clear();
        }

        return _studies[study] = new Study(study, manifest, answers, queues);
    }

    private Task<StudyManifest?> FindManifestAsync(StudyId study, CancellationToken cancellationToken) =>
        ReadAsync(study, ManifestName, StudyJson.Compact.StudyManifest, cancellationToken);

    private async Task<T?> ReadAsync<T>(StudyId study, string name, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        if (await Blob(study, name).FindContentAsync(cancellationToken) is not { } content)
        {
            return default;
        }

        StoredFormat.Check($"Study {study}", content.ToMemory().Span, "v", StudyManifest.Version);
        return JsonSerializer.Deserialize(content.ToMemory().Span, type);
    }

    private async Task WriteAsync<T>(StudyId study, string name, T value, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        await Blob(study, name)
            .TryCreateAsync(BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(value, type)), "application/json", cancellationToken);

    private StoredBlob Blob(StudyId study, string name) => _storage.StudyBlob(study.ToString(), name);

    private static ParallelOptions Options(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
}

/// <summary>A study with everything that it asks.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Manifest">What it is.</param>
/// <param name="Answers">The answers, by their place.</param>
/// <param name="Queues">Who sees what.</param>
public sealed record Study(StudyId Id, StudyManifest Manifest, ImmutableArray<StudyAnswer> Answers, StudyQueues Queues)
{
    /// <summary>What a rater sees, in order.</summary>
    public ImmutableArray<QueueEntry> QueueOf(string rater) => Queues.Raters.GetValueOrDefault(rater, []);
}

/// <summary>A rater whose link was opened.</summary>
/// <param name="Study">The study.</param>
/// <param name="Rater">The rater.</param>
public sealed record RaterSession(Study Study, Rater Rater)
{
    /// <summary>What the rater sees, in order.</summary>
    public ImmutableArray<QueueEntry> Queue => Study.QueueOf(Rater.Name);
}

/// <summary>A rater with every click.</summary>
/// <param name="Rater">The rater.</param>
/// <param name="Clicks">The clicks, in the order in which they were made.</param>
public sealed record RaterRatings(Rater Rater, ImmutableArray<RatingClick> Clicks)
{
    /// <summary>A rater who has not begun.</summary>
    public static RaterRatings None(string rater) => new(new Rater { Name = rater }, []);

    /// <summary>What they come to, by the place in the rater's queue.</summary>
    public ImmutableSortedDictionary<int, RatedAnswer> Answers => field ??= RatedAnswer.Of(Clicks);
}

/// <summary>A study's secret as it is stored.</summary>
/// <param name="Secret">Its bytes.</param>
internal sealed record StoredSecret(byte[] Secret);
