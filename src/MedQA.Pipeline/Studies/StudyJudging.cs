using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Evaluation.Rating;

namespace MedQA.Pipeline.Studies;

/// <summary>Has a language model rate a study's answers on the study's rubric.</summary>
public static class StudyJudging
{
    /// <summary>
    /// Asks for every verdict that is not stored yet. What was asked is stored answer by answer: whoever repeats an interrupted call goes
    /// on where it ended, and of two processes that judge at once only one stores its verdicts on an answer.
    /// </summary>
    /// <param name="store">Where studies are kept.</param>
    /// <param name="study">The study.</param>
    /// <param name="model">The judge.</param>
    /// <param name="samples">Samples of each verdict, of which the most frequent counts.</param>
    /// <param name="seed">The seed of the samples.</param>
    /// <param name="time">The clock.</param>
    /// <param name="report">Receives how many of how many answers are judged.</param>
    /// <param name="cancellationToken">Ends the work; what is stored stays.</param>
    /// <exception cref="ModelUnavailableException">The model cannot be asked at present.</exception>
    /// <exception cref="InputException">The study or the judge was deleted meanwhile.</exception>
    public static async Task<JudgingOutcome> JudgeAsync(
        StudyStore store,
        Study study,
        ILanguageModel model,
        int samples,
        long seed,
        TimeProvider time,
        Action<int, int> report,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(study);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(report);
        var profile = JudgeQuestion.ProfileOf(samples, seed, model.Description);
        var judge = new StudyJudge(model.Description.Name, model.Description.Fingerprint, samples, seed, JudgeQuestion.Version);
        if (!await store.TryAddJudgeAsync(study, judge, cancellationToken))
        {
            throw Deleted(study, judge);
        }

        var places = PlacesOf(study);
        var before = await store.RatingsAsync(study.Id, judge.Name, cancellationToken) ?? throw Deleted(study, judge);
        var judged = before.Clicks.Select(static click => click.Place).ToHashSet();
        var left = Enumerable.Range(0, places.Length).Where(place => !judged.Contains(place)).ToList();
        if (left.Count > 0)
        {
            // Two processes begin at different places, so that they seldom ask the same.
            var first = RandomNumberGenerator.GetInt32(left.Count);
            left = [.. left.Skip(first), .. left.Take(first)];
            await model.PrepareAsync(cancellationToken);
        }

        var (done, asked, unreadable) = (judged.Count, 0, 0);
        report(done, places.Length);
        await Parallel.ForEachAsync(left, new ParallelOptions
        {
            MaxDegreeOfParallelism = await model.GetQuestionsAtOnceAsync(samples, profile.MaxTokens, cancellationToken),
            CancellationToken = cancellationToken,
        }, async (place, cancel) =>
        {
            if (await store.IsJudgedAsync(study.Id, judge.Name, place, cancel))
            {
                report(Interlocked.Increment(ref done), places.Length);
                return;
            }

            var text = TextOf(study, places[place], place);
            var verdicts = new List<RatingClick>();
            foreach (var axis in study.Manifest.Rubric.Axes)
            {
                var began = time.GetTimestamp();
                var choice = await JudgeQuestion.AskAsync(model, profile, text, axis, time, cancel);
                verdicts.Add(new RatingClick
                {
                    Id = IdOf(place, axis.Id),
                    At = time.GetUtcNow(),
                    Place = place,
                    Kind = ClickKind.Choice,
                    Axis = axis.Id,
                    Choice = choice,
                    Seconds = time.GetElapsedTime(began).TotalSeconds,
                });
            }

            if (await store.TryAddVerdictsAsync(study.Id, judge.Name, verdicts, cancel) is not { } isStored)
            {
                throw Deleted(study, judge);
            }

            if (isStored)
            {
                Interlocked.Increment(ref asked);
                Interlocked.Add(ref unreadable, verdicts.Count(static verdict => verdict.Choice is null));
            }

            report(Interlocked.Increment(ref done), places.Length);
        });
        return new JudgingOutcome(judge.Name, places.Length, asked, unreadable);
    }

    /// <summary>
    /// Returns what a judge is shown at each place: an answer, or of a rubric that compares each pair in one order and then in the other.
    /// </summary>
    internal static ImmutableArray<ImmutableArray<int>> PlacesOf(Study study) =>
    [
        .. StudyRatingsReading.UnitsOf(study).SelectMany(static unit => unit.Second is { } second
            ? (ImmutableArray<int>[])[[unit.First, second], [second, unit.First]]
            : [[unit.First]]),
    ];

    private static JudgedText TextOf(Study study, ImmutableArray<int> answers, int place)
    {
        var first = study.Answers[answers[0]];
        return new JudgedText(
            study.Id.ToString(), place, first.Context, first.Text, [.. answers.Select(index => study.Answers[index].Answer)]);
    }

    private static string IdOf(int place, string axis) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{place} {axis}"))))[..16];

    private static InputException Deleted(Study study, StudyJudge judge) =>
        new($"Study {study.Id} or its judge {judge.Name} was deleted meanwhile.");
}

/// <summary>What became of having a study judged.</summary>
/// <param name="Judge">The judge's name within the study.</param>
/// <param name="Places">How much there is to judge: answers, or twice the pairs of them.</param>
/// <param name="Asked">How much of it was judged now.</param>
/// <param name="Unreadable">Verdicts of these that could not be read.</param>
public sealed record JudgingOutcome(string Judge, int Places, int Asked, int Unreadable);
