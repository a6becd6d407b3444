using MedQA.Evaluation.Rating;
using MedQA.Pipeline.Studies;
using MedQA.Web.Contracts;
using MedQA.Web.Problems;
using MedQA.Web.Requests;
using Microsoft.AspNetCore.Http;

namespace MedQA.Web.Rating;

/// <summary>
/// Handlers for raters. The route has authenticated the rater by the link's secret; nothing here reads others' data.
/// </summary>
internal static class RaterHandlers
{
    private const int MaxCommentLength = 2000;
    private const double MaxSeconds = 24 * 60 * 60;
    private const int Tries = 5;
    private const string Ended = "You have submitted or stopped; nothing can be changed.";

    /// <summary>Returns the rater's queue with the clicks so far.</summary>
    public static async Task<IResult> QueueAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var (study, rater) = (request.Rater.Study, request.Rater.Rater);
        var shown = rater.State == RaterState.Rating;
        var marks = shown && await api.Studies.RatingsAsync(study.Id, rater.Name, cancellationToken) is { } ratings
            ? RatedAnswer.LatestOf(ratings.Clicks).ToLookup(static click => click.Place)
            : Enumerable.Empty<RatingClick>().ToLookup(static click => click.Place);
        return Results.Json(new RaterQueue
        {
            Title = study.Manifest.Title,
            Instructions = study.Manifest.Instructions,
            Consent = study.Manifest.Consent,
            State = rater.State,
            Now = api.Time.GetUtcNow(),
            Rubric = RubricOf(study.Manifest.Rubric),
            Answers = shown ? [.. request.Rater.Queue.Select((entry, place) => Shown(study, entry, place, marks[place]))] : [],
            Count = request.Rater.Queue.Length,
        }, WebJson.Default.RaterQueue, Negotiation.Json);
    }

    /// <summary>Stores clicks before responding.</summary>
    public static async Task<IResult> ClicksAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var sent = await request.BodyAsync(WebJson.Requests.RaterClicks, api.Limits.MaxClickBytes, cancellationToken);
        var rater = request.Rater.Rater;
        if (rater.State != RaterState.Rating)
        {
            throw NotRating(rater.State);
        }

        var clicks = sent.Clicks.IsDefault ? [] : sent.Clicks;
        if (clicks.Length is 0 or > StudyStore.MaxClicks)
        {
            throw Problem.BadBody("clicks", $"Send 1 to {StudyStore.MaxClicks} clicks at once, not {clicks.Length}.");
        }

        var rubric = RubricOf(request.Rater.Study.Manifest.Rubric);
        for (var index = 0; index < clicks.Length; index++)
        {
            if (Fault(clicks[index], rubric, request.Rater.Queue.Length) is { } fault)
            {
                throw Problem.BadBody($"clicks[{index}]", fault);
            }
        }

        return await api.Studies.AddAsync(request.Rater, [.. clicks.Select(Click)], cancellationToken) switch
        {
            RaterState.Rating => Progress(api, RaterState.Rating),
            { } state => throw NotRating(state),
            null => throw Problem.RaterLink(),
        };
    }

    /// <summary>Records the rater's consent.</summary>
    public static Task<IResult> AgreeAsync(Api api, ApiRequest request, CancellationToken cancellationToken) =>
        ChangeAsync(api, request, RaterState.Rating, static session =>
            session.Rater.HasEnded ? Ended : null, cancellationToken);

    /// <summary>Submits the rater's ratings.</summary>
    public static async Task<IResult> SubmitAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var ratings = await api.Studies.RatingsAsync(request.Rater.Study.Id, request.Rater.Rater.Name, cancellationToken)
            ?? throw Problem.RaterLink();
        var axes = request.Rater.Study.Manifest.Rubric.Axes.Length;
        var left = request.Rater.Queue.Length - ratings.Answers.Values.Count(answer => answer.Skipped || answer.Choices.Count == axes);
        return await ChangeAsync(api, request, RaterState.Submitted, session => session.Rater.State switch
        {
            RaterState.Invited => "Agree to take part first.",
            RaterState.Stopped or RaterState.Withdrawn => "You have stopped taking part.",
            RaterState.Rating when left > 0 => $"{left} of {session.Queue.Length} answers are neither rated on every axis nor skipped.",
            _ => null,
        }, cancellationToken);
    }

    /// <summary>
    /// Ends the rater's participation; with <c>remove=true</c> the ratings are deleted. A rater who has withdrawn cannot stop and keep
    /// the ratings.
    /// </summary>
    public static Task<IResult> StopAsync(Api api, ApiRequest request, CancellationToken cancellationToken) => ChangeAsync(
        api, request, request.Switch("remove") ? RaterState.Withdrawn : RaterState.Stopped, static session => session.Rater.State switch
        {
            RaterState.Submitted => "You have submitted your ratings. To have them deleted, ask the person who invited you.",
            RaterState.Withdrawn => "You have stopped taking part, and your ratings were deleted.",
            _ => null,
        }, cancellationToken);

    private static async Task<IResult> ChangeAsync(
        Api api, ApiRequest request, RaterState state, Func<RaterSession, string?> refuse, CancellationToken cancellationToken)
    {
        // Concurrent clicks change the rater's row too.
        var session = request.Rater;
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            if (session.Rater.State != state && refuse(session) is { } why)
            {
                throw Problem.RaterState(why);
            }

            if (await api.Studies.ChangeAsync(session, state, cancellationToken) is { } changed)
            {
                return Progress(api, changed.State);
            }

            session = await RaterAccess.OpenAsync(api, request.Http, cancellationToken);
        }

        throw Problem.RaterState("Your clicks changed the state at the same time. Try again.");
    }

    private static ProblemException NotRating(RaterState state) =>
        Problem.RaterState(state == RaterState.Invited ? "Agree to take part first." : Ended);

    private static IResult Progress(Api api, RaterState state) =>
        Results.Json(new RaterProgress(state, api.Time.GetUtcNow()), WebJson.Default.RaterProgress, Negotiation.Json);

    private static QueuedAnswer Shown(Study study, QueueEntry entry, int place, IEnumerable<RaterClick> marks)
    {
        var first = study.Answers[entry.Answers[0]];
        return new QueuedAnswer(
            place, first.Context, first.Text, [.. entry.Answers.Select(index => study.Answers[index].Answer)], [.. marks]);
    }

    private static RatingClick Click(RaterClick click) => new()
    {
        Id = click.Id,
        At = click.At,
        Place = click.Place,
        Kind = click.Kind,
        Axis = click.Kind == ClickKind.Choice ? click.Axis : null,
        Choice = click.Kind == ClickKind.Choice ? click.Choice : null,
        Comment = click.Kind == ClickKind.Comment ? click.Comment : null,
        Skipped = click.Kind == ClickKind.Skip && click.Skipped,
        Seconds = click.Seconds,
    };

    private static string? Fault(RaterClick? click, RaterRubric rubric, int length) => click switch
    {
        null => "A click must be an object, not null.",
        { Id: not { Length: 16 } } => "id must have 16 lowercase hexadecimal digits.",
        _ when !click.Id.All(char.IsAsciiHexDigitLower) => "id must have 16 lowercase hexadecimal digits.",
        _ when click.Place < 0 || click.Place >= length => $"place must be from 0 to {length - 1}.",
        { Seconds: < 0 or > MaxSeconds or double.NaN } => $"seconds must be from 0 to {MaxSeconds:0}.",
        { Comment.Length: > MaxCommentLength } => $"comment must have at most {MaxCommentLength} characters.",
        { Kind: ClickKind.Choice } when rubric.Axes.FirstOrDefault(axis => axis.Id == click.Axis) is not { } axis =>
            $"Unknown axis '{click.Axis}'.",
        { Kind: ClickKind.Choice, Choice: { } choice }
            when rubric.Axes.First(axis => axis.Id == click.Axis).Choices.All(known => known.Id != choice) =>
                $"Axis '{click.Axis}' has no choice '{choice}'.",
        _ => null,
    };

    private static RaterRubric RubricOf(Rubric rubric) => new(
        rubric.Compares ? 2 : 1,
        [.. rubric.Axes.Select(
            static axis => new RaterAxis(
                axis.Id,
                axis.Title,
                axis.Definition,
                [.. axis.Choices.Select(static choice => new RaterChoice(choice.Id, choice.Label, choice.Definition))]))]);
}
