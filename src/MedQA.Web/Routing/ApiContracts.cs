using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json.Serialization.Metadata;
using MedQA.Datasets;
using MedQA.Evaluation;
using MedQA.Evaluation.Blocks;
using MedQA.Evaluation.Gating;
using MedQA.Evaluation.Reporting;
using MedQA.Pipeline.Notifying;
using MedQA.Pipeline.Queries;
using MedQA.Pipeline.Results;
using MedQA.Pipeline.Runs;
using MedQA.Web.Contracts;
using MedQA.Web.Reports;
using MedQA.Web.Requests;
using MedQA.Web.Runs;

namespace MedQA.Web.Routing;

/// <summary>The contracts of the routes of <see cref="ApiRoutes"/>, by name.</summary>
internal static class ApiContracts
{
    private const string Json = "application/json";
    private const string Lines = "application/x-ndjson";
    private const string Csv = "text/csv";
    private const string Parquet = "application/vnd.apache.parquet";

    private static readonly ApiProblem UnknownParameter = new(
        400, "unknown-parameter", "The query has a parameter that this operation does not take; `parameter` names it.");
    private static readonly ApiProblem BadParameter = new(400, "bad-parameter", "A parameter has an invalid value; `parameter` names it.");
    private static readonly ApiProblem NoQuestionSet = new(
        400, "no-question-set", "The body is not a question set; `detail` says why, and `line` where.");
    private static readonly ApiProblem EmptyBody = new(400, "empty-body", "The body is empty.");
    private static readonly ApiProblem UnknownRun = new(404, "unknown-run", "There is no such run.");
    private static readonly ApiProblem UnknownQuestion = new(
        404, "unknown-question", "The run has no such question, or the question has no answer yet.");
    private static readonly ApiProblem UnknownFile = new(404, "unknown-file", "The run has no such file, or has not written it yet.");
    private static readonly ApiProblem NoReport = new(404, "no-report", "The report has not been written yet.");
    private static readonly ApiProblem NotAcceptable = new(406, "not-acceptable", "`Accept` allows none of the available formats.");
    private static readonly ApiProblem NotPossible = new(409, "not-possible", "The run's state does not allow this operation.");
    private static readonly ApiProblem Deleted = new(409, "deleted", "The run of this question set and profile has been deleted.");
    private static readonly ApiProblem Changed = new(
        409, "changed", "The stored question set was replaced or deleted while its run was being created.");
    private static readonly ApiProblem NotComparable = new(409, "not-comparable", "The runs cannot be compared.");
    private static readonly ApiProblem Precondition = new(
        412,
        "precondition",
        "The request sets a condition that this operation does not support (If-Match other than *, If-None-Match, If-Unmodified-Since); "
            + "nothing was changed.");
    private static readonly ApiProblem OtherTag = new(
        412,
        "precondition",
        "`If-Match` is neither * nor the strong tag of this response. Only files and what people edit have strong tags.");
    private static readonly ApiProblem Edited = new(
        412,
        "precondition",
        "`If-Match` is not the current ETag, because it was changed since it was read; or the request sets a condition that this operation "
            + "does not support (If-None-Match, If-Unmodified-Since). Nothing was changed.");
    private static readonly ApiProblem TooLarge = new(413, "too-large", "The body exceeds the size limit.");
    private static readonly ApiProblem WrongMedia = new(
        415, "media-type", "The body is a form or compressed; send the question set itself.");
    private static readonly ApiProblem WrongJsonMedia = new(
        415, "media-type", "The content type is not JSON in UTF-8, or the body is compressed.");
    private static readonly ApiProblem NoPart = new(
        416, "no-part", "`Range` starts beyond the end of the file; `Content-Range` has the file's length.");
    private static readonly ApiProblem BadBody = new(400, "bad-body", "A field of the body is invalid; `parameter` names it.");
    private static readonly ApiProblem RaterLink = new(401, "rater-link", "The header x-medqa-rater is missing or invalid.");
    private static readonly ApiProblem UnknownStudy = new(404, "unknown-study", "There is no such study.");
    private static readonly ApiProblem UnknownRater = new(404, "unknown-rater", "The study has no such rater, or the rater was deleted.");
    private static readonly ApiProblem RaterState = new(409, "rater-state", "The rater's state does not allow this operation.");
    private static readonly ApiProblem UnknownProfile = new(404, "unknown-profile", "There is no such profile.");
    private static readonly ApiProblem FixedProfile = new(
        409, "fixed-profile", "The profile is built in, or belongs to the service's own files.");
    private static readonly ApiProblem TooManyProfiles = new(409, "too-many-profiles", "As many profiles are stored as can be.");
    private static readonly ApiProblem BrokenProfile = new(
        409, "broken-profile", "What is stored under the name, or in the service's file, is not a usable profile.");
    private static readonly ApiProblem OtherProfile = new(
        409, "other-profile", "No profile of this name with the hash in `profileHash` is known.");
    private static readonly ApiProblem Storage = new(503, "storage", "The storage does not respond.");

    private static readonly ApiParameter Profile = new(
        "profile", ApiParameterKind.Text, "The profile to ask with, by name. Default: self-consistency");
    private static readonly ApiParameter ProfileHash = new(
        "profileHash",
        ApiParameterKind.Text,
        "The `hash` of the profile that is meant: it is found even if another profile has taken its name since it was put")
    {
        Most = 64
    };
    private static readonly ApiParameter Name = new(
        "name", ApiParameterKind.Text, "The question set's file name; its extension suggests the format. Default: questions.csv");
    private static readonly ApiParameter Notation = new(
        "answerNotation",
        ApiParameterKind.Text,
        "How the question set names the right option, if that is ambiguous. Default: detect")
        {
            Values = EnumNames.All<AnswerNotation>()
        };
    private static readonly ApiParameter RightOptions = new(
        "rightAnswers",
        ApiParameterKind.Text,
        "How many options of a question can be right: with `several`, every question of the set asks for all of its right options. "
            + "Default: one")
        {
            Values = EnumNames.All<RightAnswers>()
        };
    private static readonly ApiParameter DropFillers = new(
        "dropFillers", ApiParameterKind.Switch, "Treats trailing placeholder options, such as N/A, as missing");
    private static readonly ApiParameter Limit = new(
        "limit", ApiParameterKind.WholeNumber, "Asks only so many usable questions, from the first on; not with `sample`")
    {
        Least = 1,
        Most = SetReading.MaxSize
    };
    private static readonly ApiParameter Sample = new(
        "sample",
        ApiParameterKind.WholeNumber,
        "Asks only so many usable questions, chosen at random and the same each time; not with `limit`")
    {
        Least = 1,
        Most = SetReading.MaxSize
    };
    private static readonly ApiParameter Map = new(
        "map",
        ApiParameterKind.Text,
        "Which columns hold which part of a question, if their names do not say it: gold=right_letter,option_a=op1, or a JSON object of "
            + "such texts. The part `metadata`, which can be given several times, keeps a column beside the question")
    {
        Most = ColumnMap.MaxLength
    };
    private static readonly ApiParameter Samples = new(
        "samples", ApiParameterKind.WholeNumber, "Samples per question, instead of the profile's")
    {
        Least = 1,
        Most = Evaluation.Profiles.Profile.MaxSamples
    };
    private static readonly ApiParameter Seed = new(
        "seed", ApiParameterKind.LongNumber, "The seed of every random stream, instead of the profile's");
    private static readonly ApiParameter Model = new(
        "model", ApiParameterKind.Text, "The model that is to answer, by name; one that the service does not have is an error");
    private static readonly ApiParameter Link = new("x-medqa-rater", ApiParameterKind.Text, "The part of the rater's link after #")
    {
        IsHeader = true,
        IsRequired = true
    };
    private static readonly ApiParameter Continuation = new(
        "continuation", ApiParameterKind.Text, "The `continuation` of the previous page; valid for the same list only");
    private static readonly ApiParameter Take = new("take", ApiParameterKind.WholeNumber, "The maximum number of entries. Default: 100")
    {
        Least = 1,
        Most = RunReader.MaxPage
    };

    private static readonly FrozenDictionary<string, ApiContract> All = new Dictionary<string, ApiContract>
    {
        ["StartRun"] = new()
        {
            TakesQuestionSet = true,
            Parameters = [
                Profile,
                Name,
                Notation,
                RightOptions,
                DropFillers,
                Limit,
                Sample,
                Samples,
                Seed,
                ProfileHash,
                Model,
                new("again", ApiParameterKind.Switch, "Starts a new run even if this question set was run with this profile before"),
                Map,
                new(
                    "notify",
                    ApiParameterKind.Text,
                    "Which address is told when the run has ended, by its name in the service's settings, or `none`. Default: the one "
                        + "named `default`, if there is one. For an existing run, this changes its address; if the run has ended and the "
                        + "address was not told, it is told at once")
                {
                    Most = NoticeOptions.MaxNameLength
                },
                new(
                    "until",
                    ApiParameterKind.Text,
                    "Stops the run once the 95 % interval of its accuracy is within so many percentage points on either side, as 2 or "
                        + "`±2 %`, from 0.1 to 25. The questions are then asked in a random order, and the interval, of the accuracy with "
                        + "all questions asked, holds although the run stops by what it sees. Default: all questions are asked")
                {
                    Most = 20
                }
            ],
            Answers = [
                Of(202, "A new run.", static () => WebJson.Default.RunResource),
                Of(200, "The existing run of this question set and profile.", static () => WebJson.Default.RunResource)
            ],
            Problems = [
                BadParameter, NoQuestionSet, EmptyBody, NotAcceptable, Deleted, Changed, OtherProfile, BrokenProfile, TooLarge, WrongMedia,
                Storage
            ],
        },
        ["ListRuns"] = new()
        {
            IsConditional = true,
            Parameters =
            [
                new("state", ApiParameterKind.Text, "Which runs to return; `accepted` are all but rejected uploads. Default: all")
                {
                    Values = EnumNames.All<RunFilter>()
                },
                new(
                    "search",
                    ApiParameterKind.Text,
                    "Only runs that have each of these words in their names, tags, note, profile, model, host or id, in any case")
                    {
                        Most = RunQuery.MaxSearch
                    },
                new("tag", ApiParameterKind.Text, "Only runs with this tag, in any case") { Most = RunAnnotation.MaxTagLength },
                new("order", ApiParameterKind.Text, "The order; runs without an accuracy come last in an order by it. Default: newest")
                {
                    Values = EnumNames.All<RunOrder>()
                },
                Continuation,
                Take,
            ],
            Answers = [Of(200, "A page of runs.", static () => WebJson.Default.RunList)],
            Problems = [BadParameter, NotAcceptable, Storage]
        },
        ["GetRun"] = new()
        {
            IsConditional = true,
            Answers = [Of(200, "The run.", static () => WebJson.Default.RunResource)],
            Problems = [UnknownRun, NotAcceptable, Storage]
        },
        ["GetAnnotation"] = new()
        {
            IsConditional = true,
            IsEdited = true,
            Answers = [Of(200, "The run's name, tags and note.", static () => WebJson.Default.RunAnnotation)],
            Problems = [UnknownRun, NotAcceptable, Storage]
        },
        ["AnnotateRun"] = new()
        {
            IsEdited = true,
            Parameters = [new(
                "If-Match", ApiParameterKind.Text, "The ETag of the name, tags and note to replace. Without it, any are replaced")
                {
                    IsHeader = true
                }],
            Body = WebJson.Requests.RunAnnotation,
            Answers = [Of(200, "The run's new name, tags and note.", static () => WebJson.Default.RunAnnotation)],
            Problems = [BadBody, EmptyBody, UnknownRun, NotAcceptable, NotPossible, TooLarge, WrongJsonMedia, Storage],
        },
        ["WatchRun"] = new()
        {
            Parameters = [new("Last-Event-ID", ApiParameterKind.Text, "The id of the last event received")
            {
                IsHeader = true
            }],
            Answers =
            [
                new(200, "Events `run` with the run (as GetRun returns it) now and after every change, `answers` when answers have "
                    + "appeared in its lists, then `end` with its final state or `deleted`. A comment every 15 seconds keeps the "
                    + "connection open. After 3 minutes the stream ends; reconnect then.",
                    new ApiContent("text/event-stream")),
                new(204, "The run ended with the event already received; do not reconnect."),
            ],
            Problems = [UnknownRun, NotAcceptable, Storage],
        },
        ["DeleteRun"] = new()
        {
            Answers = [Of(202, "The run is being deleted.", static () => WebJson.Default.RunResource)],
            Problems = [UnknownRun, NotAcceptable, Storage]
        },
        ["CancelRun"] = Action("The run is being stopped."),
        ["RetryRun"] = Action("The failed questions are being retried, or the cancelled run resumes."),
        ["ApproveRun"] = Action("The run resumes."),
        ["ListAnswers"] = new()
        {
            IsConditional = true,
            Parameters =
            [
                new("filter", ApiParameterKind.Text, "Which answers to return. Default: all") { Values = EnumNames.All<AnswerFilter>() },
                new("agreementBelow", ApiParameterKind.Number, "Only answers with less agreement than this; JSON pages only")
                {
                    Least = 0,
                    Most = 1
                },
                new("search", ApiParameterKind.Text, "Only questions that contain each of these words; JSON pages only")
                {
                    Most = 200
                },
                new("order", ApiParameterKind.Text, "The order, for a run that has ended; JSON pages only. Default: asked")
                {
                    Values = EnumNames.All<AnswerOrder>()
                },
                Continuation,
                Take,
                new("meta", ApiParameterKind.Text, "Only questions with this value of metadata, as difficulty:hard, or with all of a JSON "
                    + "object of such texts; JSON pages only")
                {
                    Most = MetadataFilter.MaxLength
                },
            ],
            Answers = [new(
                200,
                "A page of answers as JSON, or all answers in the other formats; Parquet only after the run has ended.",
                new(Json, static () => WebJson.Default.AnswerPage),
                new(Lines, static () => WebJson.Default.AnswerRow),
                new(Csv),
                new(Parquet))],
            Problems = [BadParameter, UnknownRun, NoReport, NotAcceptable, Storage],
        },
        ["GetAnswer"] = new()
        {
            IsConditional = true,
            Parameters = [new(
                "by",
                ApiParameterKind.Text,
                "Whether the path names the question by its id (or dataset/id) or by its position in the run. Default: id")
                {
                    Values = ["id", "ordinal"]
                },
                new("prompt", ApiParameterKind.Switch, "Adds the exact prompt that the model got")],
            Answers = [Of(200, "The question with every reasoning and vote.", static () => WebJson.Default.AnswerDetail)],
            Problems = [BadParameter, UnknownRun, UnknownQuestion, NotAcceptable, Storage],
        },
        ["GetReport"] = new()
        {
            IsConditional = true,
            Answers = [Documents("The report.", static () => ReportJson.Default.RunReport)],
            Problems = [UnknownRun, NoReport, NotAcceptable, Storage]
        },
        ["GetSlices"] = new()
        {
            IsConditional = true,
            Parameters =
            [
                new(
                    "by",
                    ApiParameterKind.Text,
                    $"1 to {MetadataSlices.MaxNames} names of metadata, separated by commas, or as a JSON array. Without it, no slices "
                        + "but the names that there are"),
            ],
            Answers = [Documents("The slices.", static () => ReportJson.Default.MetadataSlices)],
            Problems = [BadParameter, UnknownRun, NotAcceptable, Storage],
        },
        ["GetPairs"] = new()
        {
            IsConditional = true,
            Parameters =
            [
                new("pair", ApiParameterKind.Text, "The metadata that names the pair. Default: pair") { Most = ReportHandlers.MaxMetadata },
                new("group", ApiParameterKind.Text, "The metadata that names the group. Default: group")
                {
                    Most = ReportHandlers.MaxMetadata
                },
                new(
                    "reference",
                    ApiParameterKind.Text,
                    "The group that the others are compared with. Default: the one with the most questions, of several the first")
                    {
                        Most = ReportHandlers.MaxMetadata
                    },
            ],
            Answers = [Documents("What changes with the group.", static () => ReportJson.Default.CounterfactualPairs)],
            Problems = [BadParameter, UnknownRun, NotAcceptable, Storage]
        },
        ["GetRunFile"] = new()
        {
            IsConditional = true,
            IsFile = true,
            Answers = [new(
                200,
                "The file.",
                [.. RunFiles.All.Select(static file => file.MediaType)
                    .Distinct()
                    .Select(static type => new ApiContent(type, type == Lines ? static () => WebJson.Default.AnswerDetail : null))])],
            Problems = [UnknownRun, UnknownFile, NotAcceptable, NoPart, Storage],
        },
        ["JudgeRun"] = new()
        {
            Body = GateJson.Default.GatePolicy,
            Parameters = [new("baseline", ApiParameterKind.Text, "The run that losses of accuracy are measured against")],
            Answers = [new(
                200,
                "The outcome of each rule and of all: as JSON, as Markdown, or as JUnit XML for build servers.",
                new(Json, static () => GateJson.Default.GateReport),
                new(Negotiation.Markdown),
                new(Negotiation.Xml))],
            Problems = [BadParameter, BadBody, EmptyBody, UnknownRun, NotAcceptable, NotComparable, TooLarge, WrongJsonMedia, Storage],
        },
        ["CompareRuns"] = new()
        {
            IsConditional = true,
            Parameters =
            [
                new("runs", ApiParameterKind.Text, "2 to 20 runs, separated by commas") { IsRequired = true },
                new(
                    "pairs",
                    ApiParameterKind.Text,
                    "Which pairs are compared: every pair, or the first run with each of the others. Holm's correction is for as many "
                        + "tests. Default: all")
                    {
                        Values = ["all", "first"]
                    },
                new("anytime", ApiParameterKind.Switch, "Adds for each pair an interval that is valid however often somebody looked, as at "
                    + "runs in progress or stopped early"),
            ],
            Answers = [Documents("The comparison.", static () => ReportJson.Default.RunComparison)],
            Problems = [BadParameter, UnknownRun, NotAcceptable, NotComparable, Storage],
        },
        ["ListFlips"] = new()
        {
            IsConditional = true,
            Parameters =
            [
                new("runs", ApiParameterKind.Text, "2 runs, separated by a comma") { IsRequired = true },
                new("from", ApiParameterKind.WholeNumber, "The first run's ordinal to start from: `next` of the previous page. Default: 0")
                {
                    Least = 0,
                    Most = int.MaxValue
                },
                Take,
            ],
            Answers = [Of(200, "A page of questions that only one of the runs answered right.", static () => WebJson.Default.FlipList)],
            Problems = [BadParameter, UnknownRun, NotAcceptable, Storage],
        },
        ["EstimateRun"] = new()
        {
            TakesQuestionSet = true,
            Parameters = [
                Profile,
                Name,
                Notation,
                RightOptions,
                DropFillers,
                Limit,
                Sample,
                Samples,
                Seed,
                ProfileHash,
                Model,
                new(
                    "alternatives",
                    ApiParameterKind.Switch,
                    "Adds what a run with each of the listed profiles would take, with `samples` and `seed` as far as it takes them"),
                Map
            ],
            Answers = [Of(200, "The estimate.", static () => WebJson.Default.RunEstimate)],
            Problems =
            [
                BadParameter, NoQuestionSet, EmptyBody, NotAcceptable, OtherProfile, BrokenProfile, TooLarge, WrongMedia, Storage
            ],
        },
        ["CreateStudy"] = new()
        {
            Body = WebJson.Requests.StudyRequest,
            Answers = [Of(201, "The study, with a link for each rater.", static () => WebJson.Default.StudyResource)],
            Problems = [BadBody, NoQuestionSet, EmptyBody, NotAcceptable, TooLarge, WrongJsonMedia, Storage],
        },
        ["ListStudies"] = new()
        {
            IsConditional = true,
            Answers = [Of(200, "The studies.", static () => WebJson.Default.StudyList)],
            Problems = [NotAcceptable, Storage]
        },
        ["GetStudy"] = new()
        {
            IsConditional = true,
            Answers = [Of(200, "The study.", static () => WebJson.Default.StudyResource)],
            Problems = [UnknownStudy, NotAcceptable, Storage]
        },
        ["DeleteStudy"] = new() { Answers = [new(204, "The study and its ratings were deleted.")], Problems = [UnknownStudy, Storage] },
        ["GetStudyReport"] = new()
        {
            IsConditional = true,
            Answers = [Documents("The report.", static () => ReportJson.Default.StudyReport)],
            Problems = [UnknownStudy, NotAcceptable, Storage]
        },
        ["ListRatings"] = new()
        {
            Parameters = [new(
                "history", ApiParameterKind.Switch, "Returns every click in order instead of the final ratings")],
            Answers = [new(
                200,
                "Each rater's choice for each answer and axis, one per line.",
                new(Lines, static () => WebJson.Default.RatingLine),
                new(Csv),
                new(Parquet))],
            Problems = [BadParameter, UnknownStudy, NotAcceptable, Storage],
        },
        ["RenewRaterLink"] = new()
        {
            Answers = [Of(200, "The rater, with the new link.", static () => WebJson.Default.RaterResource)],
            Problems = [UnknownStudy, UnknownRater, NotAcceptable, Storage]
        },
        ["DeleteRater"] = new()
        {
            Answers = [new(204, "The rater and the rater's ratings were deleted.")],
            Problems = [UnknownStudy, UnknownRater, Storage]
        },
        ["ListRubrics"] = Catalog("The rubrics.", static () => ReportJson.Default.ImmutableArrayRubric),
        ["GetRating"] = new()
        {
            Parameters = [Link],
            Answers = [Of(200, "The rater's queue.", static () => WebJson.Default.RaterQueue)],
            Problems = [RaterLink, NotAcceptable, Storage]
        },
        ["SendClicks"] = new()
        {
            Parameters = [Link],
            Body = WebJson.Requests.RaterClicks,
            Answers = [Of(200, "The clicks were stored.", static () => WebJson.Default.RaterProgress)],
            Problems = [BadBody, EmptyBody, RaterLink, NotAcceptable, RaterState, TooLarge, WrongJsonMedia, Storage],
        },
        ["AgreeToRate"] = Step("The rater takes part."),
        ["SubmitRating"] = Step("The ratings were submitted."),
        ["StopRating"] = Step("The rater has stopped.", [Link, new("remove", ApiParameterKind.Switch, "Also deletes the rater's ratings")]),
        ["ListPublishedResults"] = Catalog("The published results.", static () => ReportJson.Default.ImmutableArrayPublishedResult),
        ["ListProfiles"] = new()
        {
            IsConditional = true,
            Parameters = [Model],
            Answers = [Of(
                200,
                "The profiles, with all fields, their hashes and a description of each strategy.",
                static () => ReportJson.Default.ImmutableArrayProfile)],
            Problems = [BadParameter, NotAcceptable, Storage]
        },
        ["GetProfile"] = new()
        {
            IsConditional = true,
            Parameters = [Model],
            Answers = [Of(200, "The profile, with all fields and its hash.", static () => ReportJson.Default.Profile)],
            Problems = [BadParameter, UnknownProfile, NotAcceptable, BrokenProfile, Storage]
        },
        ["PutProfile"] = new()
        {
            TakesProfile = true,
            Parameters = [new(
                "unlisted",
                ApiParameterKind.Switch,
                "Only keeps the profile for requests that state its hash, for at least 30 days; what is stored under its name stays")],
            Answers = [Of(200, "The stored profile, with all fields and its hash.", static () => ReportJson.Default.Profile)],
            Problems = [BadParameter, BadBody, EmptyBody, NotAcceptable, FixedProfile, TooManyProfiles, TooLarge, WrongJsonMedia, Storage],
        },
        ["DeleteProfile"] = new()
        {
            Answers = [new(204, "The profile was deleted.")],
            Problems = [UnknownProfile, FixedProfile, BrokenProfile, Storage]
        },
        ["ListModels"] = Catalog("The models.", static () => WebJson.Default.ModelDescriptionArray),
        ["GetDocument"] = new()
        {
            IsConditional = true,
            Answers = [new(200, "The OpenAPI document.", new ApiContent(Json))],
            Problems = [NotAcceptable]
        },
        ["GetHealth"] = new()
        {
            Answers = [Of(200, "The service is ready.", static () => WebJson.Default.Health)],
            Problems = [NotAcceptable, Storage]
        },
    }.ToFrozenDictionary();

    /// <summary>Returns the contract of a route.</summary>
    internal static ApiContract Of(ApiRoute route) =>
        All[route.Name] with
        {
            Problems =
            [
                UnknownParameter,
                .. All[route.Name].Problems,
                route.IsChange ? All[route.Name].IsEdited ? Edited : Precondition : OtherTag,
            ]
        };

    private static ApiAnswer Of(int status, string meaning, Func<JsonTypeInfo> shape) => new(status, meaning, new ApiContent(Json, shape));

    private static ApiAnswer Documents(string meaning, Func<JsonTypeInfo> shape) =>
        new(
            200,
            meaning,
            new(Json, shape),
            new(Negotiation.Markdown),
            new(Negotiation.Html),
            new(Negotiation.Sections, static () => BlocksJson.Default.DocumentSections));

    private static ApiContract Action(string meaning) => new()
    {
        Answers = [Of(202, meaning, static () => WebJson.Default.RunResource)],
        Problems = [UnknownRun, NotAcceptable, NotPossible, Storage],
    };

    private static ApiContract Step(string meaning, ImmutableArray<ApiParameter>? parameters = null) => new()
    {
        Parameters = parameters ?? [Link],
        Answers = [Of(200, meaning, static () => WebJson.Default.RaterProgress)],
        Problems = parameters is null
            ? [RaterLink, NotAcceptable, RaterState, Storage]
            : [BadParameter, RaterLink, NotAcceptable, RaterState, Storage],
    };

    private static ApiContract Catalog(string meaning, Func<JsonTypeInfo> shape) =>
        new() { IsConditional = true, Answers = [Of(200, meaning, shape)], Problems = [NotAcceptable] };
}
