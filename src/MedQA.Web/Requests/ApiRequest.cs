using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MedQA.Datasets;
using MedQA.Evaluation;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Reporting;
using MedQA.Pipeline.Profiles;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Studies;
using MedQA.Web.Problems;
using Microsoft.AspNetCore.Http;

namespace MedQA.Web.Requests;

/// <summary>A request as seen by handlers, independent of the host.</summary>
/// <param name="Http">The request.</param>
/// <param name="Path">The values of the path's placeholders.</param>
public sealed record ApiRequest(HttpRequest Http, IReadOnlyDictionary<string, string> Path)
{
    /// <summary>Returns the run that the path names.</summary>
    /// <exception cref="ProblemException">It is not a run's id.</exception>
    public RunId Run => RunId.TryParse(Path["run"], out var run) ? run : throw Problem.UnknownRun(Path["run"]);

    /// <summary>Returns the study that the path names.</summary>
    /// <exception cref="ProblemException">It is not a study's id.</exception>
    public StudyId Study => StudyId.TryParse(Path["study"], out var study) ? study : throw Problem.UnknownStudy(Path["study"]);

    /// <summary>The caller without authentication.</summary>
    public const string Anyone = "anyone";

    /// <summary>The caller, from the access policy.</summary>
    public string Caller { get; init; } = Anyone;

    /// <summary>Whether the caller may do what only administrators may.</summary>
    public bool IsAdmin { get; init; }

    /// <summary>The calling rater; set for rater routes only.</summary>
    /// <exception cref="InvalidOperationException">The route is not a rater route.</exception>
    public RaterSession Rater { get => field ?? throw new InvalidOperationException("Only rater routes have a rater."); init; }

    /// <summary>Reads the JSON body.</summary>
    /// <param name="shape">Its type.</param>
    /// <param name="most">The maximum size in bytes.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="ProblemException">It is missing, too large, or of another shape.</exception>
    public async Task<T> BodyAsync<T>(JsonTypeInfo<T> shape, long most, CancellationToken cancellationToken)
        where T : class
    {
        await using var body = LimitedBody.OfJson(Http, most);
        JsonDocument document;
        try
        {
            document = await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken);
        }
        catch (JsonException exception)
        {
            throw Problem.BadBody("body", $"The body is not JSON: {JsonShape.PlaceOf(exception)}.");
        }

        using (document)
        {
            return JsonShape.FaultOf(document.RootElement, shape) is { } wrong
                ? throw Problem.BadBody(wrong.Path.Length == 0 ? "body" : wrong.Path, wrong.Sentence("The body"))
                : document.Deserialize(shape)!;
        }
    }

    /// <summary>Returns a query parameter, already validated by the route's contract, or <see langword="null"/> if it is missing.</summary>
    public string? Query(string name) =>
        Http.Query.TryGetValue(name, out var values) && values.ToString() is { Length: > 0 } value ? value : null;

    /// <summary>Returns a text from the query, or <see langword="null"/> if it is missing or blank.</summary>
    /// <exception cref="ProblemException">It has more than <paramref name="most"/> characters.</exception>
    public string? Text(string name, int most) => Query(name) switch
    {
        { } text when text.Length > most => throw Problem.BadParameter(name, $"must have at most {most} characters."),
        var text when string.IsNullOrWhiteSpace(text) => null,
        var text => text,
    };

    /// <summary>Returns a number from the query.</summary>
    /// <exception cref="ProblemException">It is not a number from <paramref name="least"/> to <paramref name="most"/>.</exception>
    public int Number(string name, int otherwise, int least, int most) => Query(name) switch
    {
        null => otherwise,
        var text
            when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most =>
                number,
        _ => throw Problem.BadParameter(name, $"must be a number from {least} to {most}."),
    };

    /// <summary>How the question set in the body is read.</summary>
    /// <exception cref="ProblemException">A parameter is invalid.</exception>
    public SetReading Reading => new(
        EnumNames.Find<AnswerNotation>(Query("answerNotation")) ?? AnswerNotation.Detect,
        Switch("dropFillers"),
        Size("limit"),
        Query("limit") is not null && Query("sample") is not null
            ? throw Problem.BadParameter("sample", "cannot be given together with limit.")
            : Size("sample"),
        Map,
        Until,
        EnumNames.Find<RightAnswers>(Query("rightAnswers")) ?? RightAnswers.One);

    private decimal? Until => Query("until") switch
    {
        null => null,
        var text when AccuracyTarget.TryParse(text, out var points) => points,
        _ => throw Problem.BadParameter("until", $"must be {AccuracyTarget.Takes}."),
    };

    private ColumnMap? Map
    {
        get
        {
            string? fault = null;
            return Text("map", ColumnMap.MaxLength) is not { } text ? null
                : ColumnMap.TryParse(text, out var map, out fault) ? map
                : throw Problem.BadParameter("map", $"The parameter 'map' {fault}.");
        }
    }

    /// <summary>The hash of the profile that is meant.</summary>
    /// <exception cref="ProblemException">It is not the hash of a profile.</exception>
    public string? ProfileHash => Query("profileHash") switch
    {
        null => null,
        var text when ProfileStore.IsHash(text) => text,
        _ => throw Problem.BadParameter(
            "profileHash", "must be the field 'hash' of a profile in a response: 64 lower-case hexadecimal digits."),
    };

    /// <summary>Samples per question, in place of the profile's.</summary>
    /// <exception cref="ProblemException">They are not a number from 1 to the most.</exception>
    public int? Samples => Query("samples") is null ? null : Number("samples", 1, 1, Profile.MaxSamples);

    /// <summary>The seed, in place of the profile's.</summary>
    /// <exception cref="ProblemException">It is not a whole number of 64 bits.</exception>
    public long? Seed => Query("seed") switch
    {
        null => null,
        var text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seed) => seed,
        _ => throw Problem.BadParameter("seed", string.Create(
            CultureInfo.InvariantCulture, $"must be a whole number from {long.MinValue:#,0} to {long.MaxValue:#,0}.")),
    };

    private int? Size(string name) => Query(name) is null ? null : Number(name, 1, 1, SetReading.MaxSize);

    /// <summary>Returns a switch from the query: <c>true</c> or <c>false</c>.</summary>
    /// <exception cref="ProblemException">It is something else.</exception>
    public bool Switch(string name) => Query(name) switch
    {
        null or "false" => false,
        "true" => true,
        _ => throw Problem.BadParameter(name, "must be true or false."),
    };
}
