using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MedQA.Evaluation;
using MedQA.Evaluation.Rating;
using MedQA.Pipeline.Queries;

namespace MedQA.Pipeline.Studies;

/// <summary>Makes studies of what was asked for: reads the sources, matches their questions, draws, and says who sees what.</summary>
public static class StudyMaking
{
    /// <summary>The default title shown to raters.</summary>
    public const string UsualTitle = "Rating answers to medical questions";

    private const string UsualInstructions =
        "Read the question and the answer, then make a choice on each line on the right. Judge what the answer says, not what was probably "
            + "meant. If you cannot judge an answer at all, skip it.";
    private const string UsualConsent =
        "Your choices and comments are stored with the time they took, under a number rather than your name, and are used for research. "
            + "Taking part is voluntary. You can stop at any time without giving a reason, and have your ratings deleted.";
    private const int MaxSources = 12;
    private const int MaxTextLength = 10_000;
    private const int MaxNameLength = 200;

    /// <summary>Makes a study; nothing is stored.</summary>
    /// <param name="request">What it is made of.</param>
    /// <param name="reader">Reads runs.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Where the secret comes from that decides who rates what.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <returns>The study and that secret, which goes nowhere but into storage.</returns>
    /// <exception cref="InputException">It cannot be made of that, or a file is no question set.</exception>
    public static async Task<(Study Study, BlindingSecret Secret)> MakeAsync(
        StudyRequest request, RunReader reader, TimeProvider time, RandomNumberGenerator random, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(time);
        Check(request);
        var rubric = RubricOf(request.Rubric);
        var sources = new List<AnswerSource>();
        for (var index = 0; index < request.Sources.Length; index++)
        {
            sources.Add(await ReadAsync(request.Sources[index], index, reader, cancellationToken));
        }

        if (sources.GroupBy(static source => source.Source.Name, StringComparer.OrdinalIgnoreCase)
            .FirstOrDefault(static same => same.Count() > 1) is { } twice)
        {
            throw new InputException(
                new FaultLocation(Field: "sources"), $"The source name '{twice.Key}' appears twice; names must be unique.");
        }

        Require(
            !rubric.Compares || sources.Count > 1, "sources", $"Rubric {rubric.Name} compares two answers and needs at least two sources.");
        var (shared, notes) = Shared(sources);
        var drawn = Draw(shared, request, sources);
        var answers = ImmutableArray.CreateBuilder<StudyAnswer>();
        for (var place = 0; place < drawn.Count; place++)
        {
            var question = sources[0].Answers[drawn[place][0]].Question;
            for (var source = 0; source < sources.Count; source++)
            {
                answers.Add(
                    new StudyAnswer(
                        answers.Count,
                        place,
                        question.Id,
                        question.Dataset,
                        question.Context,
                        question.Text,
                        source,
                        sources[source].Answers[drawn[place][source]].Answer));
            }
        }

        var id = StudyId.New();
        InvitedRater[] raters = [.. request.Raters.Select(static (label, index) => new InvitedRater(RaterLink.NameOf(index + 1), label))];
        var manifest = new StudyManifest
        {
            Study = id.ToString(),
            Name = request.Name.Trim(),
            Title = request.Title is { Length: > 0 } title ? title : UsualTitle,
            Instructions = request.Instructions is { Length: > 0 } instructions ? instructions : UsualInstructions,
            Consent = request.Consent is { Length: > 0 } consent ? consent : UsualConsent,
            Created = time.GetUtcNow(),
            Rubric = rubric,
            Seed = request.Seed,
            IsBlindedBySecret = true,
            RatersPerAnswer = request.RatersPerAnswer ?? 1,
            Pilot = request.Pilot,
            Sources = [.. sources.Select(static source => source.Source)],
            Strata = [.. drawn.GroupBy(question => sources[0].Answers[question[0]].Question.Dataset)
                .Select(static stratum => new StudyStratum(stratum.Key, stratum.Count()))],
            Raters = [.. raters],
            Questions = drawn.Count,
            Answers = answers.Count,
            Notes = [.. sources.SelectMany(static source => source.Notes), .. notes],
        };
        var all = answers.ToImmutable();
        var secret = BlindingSecret.New(random);
        return (new Study(id, manifest, all, Assign(manifest, all, secret)), secret);
    }

    /// <summary>The questions that every source answers, each as its place in every source.</summary>
    private static (List<int[]> Questions, List<string> Notes) Shared(List<AnswerSource> sources)
    {
        var places = sources.Select(
            static source => source.Answers.Select(static (answer, place) => (Key: AnswerSource.KeyOf(answer.Question), place))
                .ToDictionary(static answer => answer.Key, static answer => answer.place, StringComparer.Ordinal)).ToList();
        List<int[]> shared = [.. sources[0].Answers.Select(static answer => AnswerSource.KeyOf(answer.Question))
            .Where(key => places.TrueForAll(source => source.ContainsKey(key)))
            .Select(key => places.Select(source => source[key]).ToArray())];
        if (shared.Count == 0)
        {
            throw new InputException(
                new FaultLocation(Field: "sources"),
                "The sources have no question in common. Questions match only if their texts are identical.");
        }

        return (shared, [.. sources.Where(source => source.Answers.Length > shared.Count)
            .Select(
                source => string.Create(
                    CultureInfo.InvariantCulture,
                    $"{source.Source.Name}: {source.Answers.Length - shared.Count} of {source.Answers.Length} questions left out, because "
                        + $"another source does not answer them."))]);
    }

    private static List<int[]> Draw(List<int[]> shared, StudyRequest request, List<AnswerSource> sources)
    {
        if (request.Strata is not { Length: > 0 } strata)
        {
            return shared;
        }

        var questions = shared.Select(question => sources[0].Answers[question[0]].Question)
            .Select(static question => (question.Dataset, question.Id))
            .ToList();
        foreach (var stratum in strata)
        {
            var there = questions.Count(question => question.Dataset == stratum.Dataset);
            Require(
                there >= stratum.Questions,
                "strata",
                $"Data set {stratum.Dataset} has {there} questions that every source answers, but {stratum.Questions} were requested. "
                    + $"Available: {string.Join(", ", questions.CountBy(static question => question.Dataset)
                        .Select(static dataset => $"{dataset.Value} of {dataset.Key}"))}.");
        }

        return [.. StudySampling.Draw(questions, [.. strata.Select(static stratum => (stratum.Dataset, stratum.Questions))], request.Seed)
            .Select(place => shared[place])];
    }

    /// <summary>Who sees what: answers, or each pair of the answers to a question, in an order of the rater's own.</summary>
    private static StudyQueues Assign(StudyManifest study, ImmutableArray<StudyAnswer> answers, BlindingSecret secret)
    {
        ImmutableArray<int>[] units = study.Rubric.Compares
            ? [.. answers.GroupBy(static answer => answer.Question)
                .SelectMany(
                    static question => question.SelectMany(
                        first => question.Where(second => second.Index > first.Index)
                            .Select(second => ImmutableArray.Create(first.Index, second.Index))))]
            : [.. answers.Select(static answer => ImmutableArray.Create(answer.Index))];
        var assigned = StudyAssignment.Assign([.. units.Select(unit => answers[unit[0]].Question)], study.Raters.Length,
            study.RatersPerAnswer, study.Pilot, secret);
        return new StudyQueues(study.Raters.Zip(assigned).ToImmutableSortedDictionary(
            static pair => pair.First.Rater,
            pair => pair.Second
                .Select(entry => new QueueEntry(Ordered(units[entry.Unit], pair.First.Rater), entry.IsPilot))
                .ToImmutableArray(),
            StringComparer.Ordinal));

        ImmutableArray<int> Ordered(ImmutableArray<int> unit, string rater) =>
            unit.Length == 2 && StudyAssignment.Sides(rater, unit[0], unit[1], secret) is var (first, second) ? [first, second] : unit;
    }

    private static void Check(StudyRequest request)
    {
        Require(
            !string.IsNullOrWhiteSpace(request.Name) && request.Name.Length <= MaxNameLength,
            "name",
            $"The study needs a name of at most {MaxNameLength} characters.");
        Require((request.Title?.Length ?? 0) <= MaxNameLength, "title", $"The title must have at most {MaxNameLength} characters.");
        Require(IsOneLine(request.Name), "name", "The study's name must not contain control characters or line breaks.");
        Require(IsOneLine(request.Title), "title", "The title must not contain control characters or line breaks.");
        Require(
            (request.Instructions?.Length ?? 0) <= MaxTextLength,
            "instructions",
            $"The instructions must have at most {MaxTextLength:#,0} characters.");
        Require(
            (request.Consent?.Length ?? 0) <= MaxTextLength, "consent", $"The consent must have at most {MaxTextLength:#,0} characters.");
        Require(
            !request.Sources.IsDefaultOrEmpty && request.Sources.Length <= MaxSources,
            "sources",
            $"A study needs 1 to {MaxSources} sources: runs of free answers, or files with questions and answers.");
        Require(
            !request.Raters.IsDefaultOrEmpty && request.Raters.Length <= StudyStore.MaxRaters,
            "raters",
            $"A study needs 1 to {StudyStore.MaxRaters} raters: a name for each.");
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (index, rater) in request.Raters.Index())
        {
            var field = string.Create(CultureInfo.InvariantCulture, $"raters[{index}]");
            Require(
                !string.IsNullOrWhiteSpace(rater) && rater.Length <= MaxNameLength,
                field,
                $"Each rater needs a name of at most {MaxNameLength} characters.");
            Require(IsOneLine(rater), field, "A rater's name must not contain control characters or line breaks.");
            Require(names.Add(rater.Trim()), field, $"The rater name '{rater.Trim()}' appears twice; names must be unique.");
        }

        Require(
            request.RatersPerAnswer is null or >= 1 && (request.RatersPerAnswer ?? 1) <= request.Raters.Length,
            "ratersPerAnswer",
            $"ratersPerAnswer must be from 1 to {request.Raters.Length}, the number of raters.");
        Require(request.Pilot is >= 0 and <= StudyStore.MaxPilot, "pilot", $"The pilot must have 0 to {StudyStore.MaxPilot:#,0} answers.");
        Require(
            request.Strata is not { } strata
                || (!strata.IsDefault && strata.All(static stratum => stratum is { Dataset.Length: > 0, Questions: > 0 })),
            "strata",
            "Each stratum must name a data set and a number of questions, at least 1.");
    }

    private static async Task<AnswerSource> ReadAsync(
        SourceRequest source, int index, RunReader reader, CancellationToken cancellationToken)
    {
        var field = $"sources[{index}]";
        Require(source is { Run: not null, Csv: null } or { Run: null, Csv: not null }, field, "A source must have either a run or a csv.");
        Require((source.Name?.Length ?? 0) <= MaxNameLength, field, $"A source's name must have at most {MaxNameLength} characters.");
        Require((source.FileName?.Length ?? 0) <= MaxNameLength, field, $"A file's name must have at most {MaxNameLength} characters.");
        Require(
            IsOneLine(source.Name) && IsOneLine(source.FileName),
            field,
            "The names of a source and its file must not contain control characters or line breaks.");
        if (source.Run is { } run)
        {
            return await AnswerSource.OfRunAsync(reader, run, source.Name, cancellationToken);
        }

        using var file = new MemoryStream(Encoding.UTF8.GetBytes(source.Csv!));
        return await AnswerSource.OfFileAsync(
            file,
            Path.GetFileName(source.FileName) is { Length: > 0 } name
                ? name
                : string.Create(CultureInfo.InvariantCulture, $"source-{index + 1}.csv"),
            source.Name,
            cancellationToken);
    }

    private static Rubric RubricOf(JsonElement rubric)
    {
        if (rubric.ValueKind == JsonValueKind.String)
        {
            return Rubrics.Find(rubric.GetString()!)
                ?? throw new InputException(
                    new FaultLocation(Field: "rubric"),
                    $"Unknown rubric '{rubric.GetString()}'. The rubrics are "
                        + $"{string.Join(", ", Rubrics.All.Select(static known => known.Name))}; or send your own rubric as an "
                        + "object.");
        }

        try
        {
            return Rubrics.Read(Encoding.UTF8.GetBytes(rubric.GetRawText()));
        }
        catch (InputException exception)
        {
            throw new InputException(
                new FaultLocation(Field: exception.Location.Field is { Length: > 0 } field ? $"rubric.{field}" : "rubric"),
                exception.Message);
        }
    }

    /// <summary>Whether a name can appear unchanged in a line of a table, a log or a report.</summary>
    private static bool IsOneLine(string? name) =>
        name is null || !name.Any(static letter => char.IsControl(letter) || letter is '\u2028' or '\u2029');

    private static void Require(bool holds, string field, string message)
    {
        if (!holds)
        {
            throw new InputException(new FaultLocation(Field: field), message);
        }
    }
}
