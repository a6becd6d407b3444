using System.Collections.Immutable;
using System.Globalization;
using Azure.Data.Tables;
using MedQA.Evaluation.Rating;
using MedQA.Pipeline.Storage;
using MedQA.Pipeline.Studies;

namespace MedQA.Pipeline.Tests.Fixtures;

/// <summary>A small study in a storage, with raters who clicked.</summary>
/// <param name="Study">The study.</param>
/// <param name="Links">The raters' links.</param>
internal sealed record MadeStudy(Study Study, IReadOnlyList<RaterLink> Links)
{
    private const int Raters = 2;

    /// <summary>Clicks of each rater: more than one transaction removes.</summary>
    public const int Clicks = 120;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>What it is, not stored.</summary>
    public static Study New()
    {
        var id = StudyId.New();
        InvitedRater[] invited = [.. Enumerable.Range(1, Raters)
            .Select(static number => new InvitedRater(RaterLink.NameOf(number), $"Participant {number}"))];
        var answers = Enumerable.Range(0, 3)
            .Select(static index => new StudyAnswer(index, index, $"q{index}", "set", null, $"Question {index}?", 0, $"Answer {index}."))
            .ToImmutableArray();
        var queue = answers.Select(static answer => new QueueEntry([answer.Index], false)).ToImmutableArray();
        return new Study(
            id,
            new StudyManifest
            {
                Study = id.ToString(),
                Name = "Study",
                Title = "Title",
                Instructions = "Rate.",
                Consent = "Agree.",
                Created = DateTimeOffset.UtcNow,
                Rubric = Rubrics.Find("lay-2")!,
                Seed = 1,
                IsBlindedBySecret = true,
                RatersPerAnswer = Raters,
                Sources = [new StudySource("source", null, null, "answers.csv")],
                Strata = [new StudyStratum("set", 3)],
                Raters = [.. invited],
                Questions = 3,
                Answers = 3,
            },
            answers,
            new StudyQueues(invited.ToImmutableSortedDictionary(static rater => rater.Rater, _ => queue, StringComparer.Ordinal)));
    }

    /// <summary>Stores a study whose raters are invited.</summary>
    public static async Task<MadeStudy> InvitedAsync(RunStorage storage)
    {
        var (store, study) = (new StudyStore(storage, TimeProvider.System), New());
        return new MadeStudy(study, await store.CreateAsync(study, new BlindingSecret(new byte[BlindingSecret.Length]), Cancel));
    }

    /// <summary>Stores a study whose raters rate, and have clicked.</summary>
    public static async Task<MadeStudy> StoreAsync(RunStorage storage)
    {
        var (store, made) = (new StudyStore(storage, TimeProvider.System), await InvitedAsync(storage));
        for (var rater = 0; rater < made.Links.Count; rater++)
        {
            Assert.NotNull(await store.ChangeAsync(await made.OpenAsync(store, rater), RaterState.Rating, Cancel));
            foreach (var chunk in Enumerable.Range(0, Clicks).Select(Click).Chunk(StudyStore.MaxClicks))
            {
                Assert.Equal(RaterState.Rating, await store.AddAsync(await made.OpenAsync(store, rater), chunk, Cancel));
            }
        }

        return made;
    }

    /// <summary>A click.</summary>
    public static RatingClick Click(int number) => new()
    {
        Id = number.ToString("x16", CultureInfo.InvariantCulture),
        At = DateTimeOffset.UtcNow.AddHours(-1).AddSeconds(number),
        Place = number % 3,
        Kind = ClickKind.Comment,
        Comment = $"what a rater wrote {number}",
    };

    /// <summary>Opens a rater's link.</summary>
    public async Task<RaterSession> OpenAsync(StudyStore store, int rater) =>
        await store.OpenAsync(Links[rater], Cancel) ?? throw new InvalidOperationException("The link opens nothing.");

    /// <summary>The rows of a rater: the keys of all that stand.</summary>
    public async Task<List<string>> RowsAsync(RunStorage storage, int rater)
    {
        var partition = $"{Study.Id}-{Links[rater].Rater}";
        return await storage.RatingTable.QueryAsync<TableEntity>(row => row.PartitionKey == partition, cancellationToken: Cancel)
            .Select(static row => row.RowKey).ToListAsync(Cancel);
    }

    /// <summary>The blobs of the study that stand.</summary>
    public async Task<List<string>> BlobsAsync(RunStorage storage) =>
        await storage.Studies.GetBlobsAsync(new Azure.Storage.Blobs.Models.GetBlobsOptions { Prefix = $"{Study.Id}/" }, Cancel)
            .Select(static blob => blob.Name).ToListAsync(Cancel);
}
