using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace MedQA.Client;

/// <summary>
/// Calls the HTTP API of a service. Every method throws <see cref="MedQAException"/> if the service refuses the request, cannot be
/// reached, or returns something its OpenAPI document does not allow.
/// </summary>
public sealed class MedQAClient : IDisposable
{
    private const string JsonType = "application/json";
    private const int MaxFailures = 60;
    private const int MaxSilences = 3;
    private static readonly TimeSpan ComeBack = TimeSpan.FromSeconds(1);

    private readonly MedQAClientOptions _options;
    private readonly HttpClient _http;
    private readonly bool _owned;

    /// <summary>Creates a client of a service.</summary>
    /// <param name="options">The service's address and the caller's credentials.</param>
    /// <param name="http">Sends the requests; if <see langword="null"/>, this object creates its own and disposes it.</param>
    /// <exception cref="ArgumentException">The endpoint is not an absolute HTTP or HTTPS address.</exception>
    public MedQAClient(MedQAClientOptions options, HttpClient? http = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!options.Endpoint.IsAbsoluteUri || options.Endpoint.Scheme is not ("http" or "https"))
        {
            throw new ArgumentException(
                $"The endpoint must be an address such as http://127.0.0.1:5080, but is '{options.Endpoint}'.", nameof(options));
        }

        _options = options with
        {
            Endpoint = options.Endpoint.AbsolutePath.EndsWith('/') ? options.Endpoint : new Uri(options.Endpoint.AbsoluteUri + "/")
        };
        _owned = http is null;

        // Responses can take long: a comparison of large runs, an upload. The caller's cancellation token limits the wait.
        _http = http
            ?? new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.All })
            {
                Timeout = Timeout.InfiniteTimeSpan
            };
    }

    /// <summary>Starts a run of a question set, or returns the existing run of the same question set and profile.</summary>
    /// <param name="questionSet">The question set: a CSV file or any other supported format.</param>
    /// <param name="name">Its file name, with extension.</param>
    /// <param name="profile">The profile; <see langword="null"/> for the service's default.</param>
    /// <param name="again">Whether to start a new run even if one exists.</param>
    /// <param name="answerNotation">How it names the right option, if that is ambiguous; see the service's OpenAPI document.</param>
    /// <param name="dropFillers">Whether to treat trailing placeholder options, such as N/A, as missing.</param>
    /// <param name="limit">How many usable questions to ask, from the first on; <see langword="null"/> for all.</param>
    /// <param name="sample">How many usable questions to ask, chosen at random; <see langword="null"/> for all.</param>
    /// <param name="samples">Samples per question; <see langword="null"/> for the profile's.</param>
    /// <param name="seed">The seed of every random stream; <see langword="null"/> for the profile's.</param>
    /// <param name="model">The model that is to answer; <see langword="null"/> for the service's.</param>
    /// <param name="profileHash">
    /// The <c>hash</c> of the profile that is meant, from <see cref="PutProfileAsync"/> or <see cref="GetProfileAsync"/>, so that
    /// nobody who stores another one under its name changes what is asked; <see langword="null"/> for the one that has the name now.
    /// </param>
    /// <param name="map">Which columns hold which part of a question: <c>gold=right_letter,option_a=op1</c>, or a JSON object; <see
    /// langword="null"/> if their names say it.</param>
    /// <param name="notify">
    /// The name of the address in the service's settings that is told when the run has ended, or <c>none</c>; <see langword="null"/> for
    /// the service's default.
    /// </param>
    /// <param name="until">
    /// The half-width of the accuracy's 95 % interval, in percentage points (0.1 to 25), at which the run stops; <see langword="null"/> to
    /// ask all questions.
    /// </param>
    /// <param name="rightAnswers">
    /// <c>several</c> if several options of a question can be right; <see langword="null"/> if one is.
    /// </param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<StartedRun> StartRunAsync(
        Stream questionSet,
        string name,
        string? profile = null,
        bool again = false,
        string? answerNotation = null,
        bool dropFillers = false,
        int? limit = null,
        int? sample = null,
        int? samples = null,
        long? seed = null,
        string? model = null,
        string? profileHash = null,
        string? map = null,
        string? notify = null,
        decimal? until = null,
        string? rightAnswers = null,
        CancellationToken cancellationToken = default)
    {
        using var response = await PostSetAsync(
            "api/runs",
            questionSet,
            [
                .. SetParameters(name, profile, answerNotation, dropFillers, limit, sample, samples, seed, profileHash, model),
                ("again", again ? "true" : null),
                ("map", map),
                ("notify", notify),
                ("until", until?.ToString(CultureInfo.InvariantCulture)),
                ("rightAnswers", rightAnswers),
            ],
            cancellationToken);
        return new StartedRun(
            await ServiceAnswer.ReadAsync(response, ClientJson.Default.RunResource, cancellationToken),
            response.StatusCode == HttpStatusCode.Accepted);
    }

    /// <summary>Estimates what a run of a question set would take; the service stores nothing.</summary>
    /// <param name="questionSet">The question set.</param>
    /// <param name="name">Its file name, with extension.</param>
    /// <param name="profile">The profile; <see langword="null"/> for the service's default.</param>
    /// <param name="answerNotation">How it names the right option, if that is ambiguous.</param>
    /// <param name="dropFillers">Whether to treat trailing placeholder options, such as N/A, as missing.</param>
    /// <param name="limit">How many usable questions to ask, from the first on; <see langword="null"/> for all.</param>
    /// <param name="sample">How many usable questions to ask, chosen at random; <see langword="null"/> for all.</param>
    /// <param name="samples">Samples per question; <see langword="null"/> for the profile's.</param>
    /// <param name="seed">The seed of every random stream; <see langword="null"/> for the profile's.</param>
    /// <param name="model">The model that is to answer; <see langword="null"/> for the service's.</param>
    /// <param name="alternatives">Whether to say, too, what a run with each of the listed profiles would take.</param>
    /// <param name="profileHash">
    /// The <c>hash</c> of the profile that is meant, as for <see cref="StartRunAsync"/>; <see langword="null"/> for the one that has
    /// the name now.
    /// </param>
    /// <param name="map">Which columns hold which part of a question, as for a run.</param>
    /// <param name="rightAnswers"><c>several</c> if several options of a question can be right, as for a run.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<RunEstimate> EstimateAsync(
        Stream questionSet,
        string name,
        string? profile = null,
        string? answerNotation = null,
        bool dropFillers = false,
        int? limit = null,
        int? sample = null,
        int? samples = null,
        long? seed = null,
        string? model = null,
        bool alternatives = false,
        string? profileHash = null,
        string? map = null,
        string? rightAnswers = null,
        CancellationToken cancellationToken = default)
    {
        using var response = await PostSetAsync(
            "api/estimates",
            questionSet,
            [
                .. SetParameters(name, profile, answerNotation, dropFillers, limit, sample, samples, seed, profileHash, model),
                ("alternatives", alternatives ? "true" : null),
                ("map", map),
                ("rightAnswers", rightAnswers),
            ],
            cancellationToken);
        return await ServiceAnswer.ReadAsync(response, ClientJson.Default.RunEstimate, cancellationToken);
    }

    /// <summary>Lists a page of runs.</summary>
    /// <param name="query">Which runs, and in which order; <see langword="null"/> for all, newest first.</param>
    /// <param name="continuation">From the previous page, or <see langword="null"/> for the first.</param>
    /// <param name="take">1 to 500; <see langword="null"/> for the service's default.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<RunList> ListRunsAsync(
        RunListQuery? query = null, string? continuation = null, int? take = null, CancellationToken cancellationToken = default) =>
        GetAsync(
            "api/runs",
            [
                ("state", query?.Filter),
                ("search", query?.Search),
                ("tag", query?.Tag),
                ("order", query?.Order),
                ("continuation", continuation),
                ("take", Text(take))
            ],
            ClientJson.Default.RunList,
            cancellationToken);

    /// <summary>Enumerates runs.</summary>
    /// <param name="query">Which runs, and in which order; <see langword="null"/> for all, newest first.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    public async IAsyncEnumerable<RunResource> AllRunsAsync(
        RunListQuery? query = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string? continuation = null;
        do
        {
            var page = await ListRunsAsync(query, continuation, 500, cancellationToken);
            foreach (var run in page.Runs)
            {
                yield return run;
            }

            continuation = page.Continuation;
        }
        while (continuation is not null);
    }

    /// <summary>Returns a run's state and progress.</summary>
    public Task<RunResource> GetRunAsync(string run, CancellationToken cancellationToken = default) =>
        GetAsync(Of(run), [], ClientJson.Default.RunResource, cancellationToken);

    /// <summary>Returns the name, tags and note that people gave a run.</summary>
    public async Task<StoredAnnotation> GetAnnotationAsync(string run, CancellationToken cancellationToken = default)
    {
        using var response = await SendAsync(HttpMethod.Get, $"{Of(run)}/annotation", [], JsonType, null, cancellationToken);
        return await ReadAnnotationAsync(response, cancellationToken);
    }

    /// <summary>Replaces the name, tags and note of a run; what is <see langword="null"/> is removed.</summary>
    /// <param name="run">The run.</param>
    /// <param name="annotation">The new name, tags and note.</param>
    /// <param name="ifMatch">
    /// The <see cref="StoredAnnotation.ETag"/> of those to replace: if somebody else has changed them since, nothing is changed and the
    /// service answers 412. <see langword="null"/> to replace any.
    /// </param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<StoredAnnotation> AnnotateRunAsync(
        string run, RunAnnotation annotation, string? ifMatch = null, CancellationToken cancellationToken = default)
    {
        using var response = await SendAsync(HttpMethod.Put, $"{Of(run)}/annotation", [], JsonType, message =>
        {
            message.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(annotation, ClientJson.Default.RunAnnotation));
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(JsonType);
            if (ifMatch is not null)
            {
                message.Headers.IfMatch.ParseAdd(ifMatch);
            }
        }, cancellationToken);
        return await ReadAnnotationAsync(response, cancellationToken);
    }

    /// <summary>
    /// Watches a run: returns it now and after every change until it has ended. Reconnects when the connection ends, for up to a minute
    /// even if the service does not respond.
    /// </summary>
    public async IAsyncEnumerable<RunResource> WatchRunAsync(
        string run, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string? last = null;
        var (failures, silences) = (0, 0);
        while (true)
        {
            await using (var events = EventsAsync(run, last, cancellationToken).GetAsyncEnumerator(cancellationToken))
            {
                while (await NextAsync(events))
                {
                    (last, var seen) = events.Current;
                    yield return seen;
                    if (seen.HasEnded)
                    {
                        yield break;
                    }
                }
            }

            if (last is null && ++silences == MaxSilences)
            {
                throw new MedQAException(
                    $"The event stream of run {run} at {_options.Endpoint} ended {MaxSilences} times without an event. Check whether a "
                        + "proxy buffers it.");
            }

            await Task.Delay(ComeBack, cancellationToken);
        }

        // Waits for a service that restarts, but not for one that was never reached.
        async Task<bool> NextAsync(IAsyncEnumerator<(string Id, RunResource Run)> events)
        {
            try
            {
                var more = await events.MoveNextAsync();
                failures = 0;
                return more;
            }
            catch (MedQAException exception)
                when (last is not null && exception.Status is (null or >= HttpStatusCode.InternalServerError) && ++failures < MaxFailures)
            {
                return false;
            }
        }
    }

    /// <summary>Stops a run and keeps its answers.</summary>
    public Task<RunResource> CancelRunAsync(string run, CancellationToken cancellationToken = default) =>
        AskAsync(HttpMethod.Post, $"{Of(run)}/cancel", cancellationToken);

    /// <summary>Retries failed questions, or resumes a cancelled run.</summary>
    public Task<RunResource> RetryRunAsync(string run, CancellationToken cancellationToken = default) =>
        AskAsync(HttpMethod.Post, $"{Of(run)}/retry", cancellationToken);

    /// <summary>Approves a run that exceeds a limit.</summary>
    public Task<RunResource> ApproveRunAsync(string run, CancellationToken cancellationToken = default) =>
        AskAsync(HttpMethod.Post, $"{Of(run)}/approve", cancellationToken);

    /// <summary>Deletes a run and everything that it wrote.</summary>
    public Task<RunResource> DeleteRunAsync(string run, CancellationToken cancellationToken = default) =>
        AskAsync(HttpMethod.Delete, Of(run), cancellationToken);

    /// <summary>Lists a page of a run's answers, even while it is in progress.</summary>
    public Task<AnswerPage> ListAnswersAsync(
        string run,
        AnswerQuery? query = null,
        string? continuation = null,
        int? take = null,
        CancellationToken cancellationToken = default) => GetAsync(
        $"{Of(run)}/answers",
        [
            ("filter", query?.Filter),
            ("agreementBelow", query?.AgreementBelow?.ToString("0.################", CultureInfo.InvariantCulture)),
            ("search", query?.Search),
            ("order", query?.Order),
            ("continuation", continuation),
            ("take", Text(take)),
            ("meta", query?.Metadata)
        ],
        ClientJson.Default.AnswerPage,
        cancellationToken);

    /// <summary>Streams all answers of a run in the order of the questions.</summary>
    /// <param name="run">The run.</param>
    /// <param name="filter">The kind of answers; <see langword="null"/> for all.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async IAsyncEnumerable<AnswerRow> AllAnswersAsync(
        string run, string? filter = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var response =
            await SendAsync(HttpMethod.Get, $"{Of(run)}/answers", [("filter", filter)], "application/x-ndjson", null, cancellationToken);
        ServiceAnswer.Expect(response, "application/x-ndjson");
        await using var content = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var lines = new StreamReader(content, Encoding.UTF8);
        while (await NextAsync() is { } line)
        {
            yield return ServiceAnswer.Parse(line, ClientJson.Default.AnswerRow, response);
        }

        async Task<string?> NextAsync()
        {
            try
            {
                return await lines.ReadLineAsync(cancellationToken);
            }
            catch (IOException exception)
            {
                throw ServiceAnswer.BrokenOff(response, exception);
            }
        }
    }

    /// <summary>Returns a question with every reasoning and vote.</summary>
    /// <param name="run">The run.</param>
    /// <param name="question">The question's id, or <c>dataset/id</c>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<AnswerDetail> GetAnswerAsync(string run, string question, CancellationToken cancellationToken = default) =>
        GetAsync($"{Of(run)}/answers/{Uri.EscapeDataString(question)}", [], ClientJson.Default.AnswerDetail, cancellationToken);

    /// <summary>Opens the report of a run. The caller disposes it.</summary>
    public Task<Stream> OpenReportAsync(
        string run, ReportFormat format = ReportFormat.Json, CancellationToken cancellationToken = default) =>
        OpenAsync($"{Of(run)}/report", [], TypeOf(format), cancellationToken);

    /// <summary>
    /// Opens a file of a run's result as stored: <c>manifest.json</c>, <c>report.json</c>, <c>report.md</c>, <c>report.html</c>,
    /// <c>answers.csv</c>, <c>answers.parquet</c>, <c>rejected.csv</c>; or, with every sample, <c>answers.jsonl</c>,
    /// <c>samples.parquet</c>; or, for other tools, <c>inspect.json</c>, <c>lm-eval.zip</c>, <c>eee.zip</c>; or the model card
    /// <c>card.md</c>. The caller disposes it.
    /// </summary>
    public Task<Stream> OpenFileAsync(string run, string file, CancellationToken cancellationToken = default) =>
        OpenAsync($"{Of(run)}/files/{Uri.EscapeDataString(file)}", [], TypeOfFile(file), cancellationToken);

    /// <summary>
    /// Opens the accuracy by metadata of the question set, each value tested against all other questions. The caller disposes it.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="names">The metadata's names; none for a list of the names that there are.</param>
    /// <param name="format">The format.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<Stream> OpenSlicesAsync(
        string run,
        IReadOnlyList<string> names,
        ReportFormat format = ReportFormat.Json,
        CancellationToken cancellationToken = default) =>
        OpenAsync(
            $"{Of(run)}/slices",
            [("by", names.Count == 0 ? null : JsonSerializer.Serialize([.. names], ClientJson.Default.StringArray))],
            TypeOf(format),
            cancellationToken);

    /// <summary>Compares runs pairwise on the questions that they share. The caller disposes the result.</summary>
    /// <param name="runs">Two to twenty runs.</param>
    /// <param name="format">The format.</param>
    /// <param name="againstFirst">Whether to compare only the first run with each of the others.</param>
    /// <param name="anytime">Whether to add intervals that are valid however often somebody looked.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<Stream> OpenComparisonAsync(
        IReadOnlyList<string> runs,
        ReportFormat format = ReportFormat.Json,
        bool againstFirst = false,
        bool anytime = false,
        CancellationToken cancellationToken = default) =>
        OpenAsync(
            "api/compare",
            [("runs", string.Join(',', runs)), ("pairs", againstFirst ? "first" : null), ("anytime", anytime ? "true" : null)],
            TypeOf(format),
            cancellationToken);

    /// <summary>
    /// Compares the questions of a run that come in pairs and differ in one thing, such as the patient's sex. The caller disposes the
    /// result.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="pair">The metadata that names the pair; <see langword="null"/> for <c>pair</c>.</param>
    /// <param name="group">The metadata that names the group; <see langword="null"/> for <c>group</c>.</param>
    /// <param name="reference">The group that the others are compared with; <see langword="null"/> for the one with the most questions, of
    /// several the first.</param>
    /// <param name="format">The format.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<Stream> OpenPairsAsync(
        string run,
        string? pair = null,
        string? group = null,
        string? reference = null,
        ReportFormat format = ReportFormat.Json,
        CancellationToken cancellationToken = default) =>
        OpenAsync(
            $"{Of(run)}/pairs", [("pair", pair), ("group", group), ("reference", reference)], TypeOf(format), cancellationToken);

    /// <summary>Judges a run by a policy: pass, fail or inconclusive. The caller disposes the result.</summary>
    /// <param name="run">The run.</param>
    /// <param name="policy">The policy as UTF-8 JSON.</param>
    /// <param name="baseline">The run that losses of accuracy are measured against; <see langword="null"/> for none.</param>
    /// <param name="format">The format.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<Stream> OpenGateAsync(
        string run,
        ReadOnlyMemory<byte> policy,
        string? baseline = null,
        GateFormat format = GateFormat.Json,
        CancellationToken cancellationToken = default) =>
        OpenAsync(
            $"{Of(run)}/gate",
            [("baseline", baseline)],
            format switch
            {
                GateFormat.Json => JsonType,
                GateFormat.Markdown => "text/markdown",
                GateFormat.JUnit => "application/xml",
                _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Unknown format."),
            },
            cancellationToken,
            HttpMethod.Post,
            message =>
            {
                message.Content = new ReadOnlyMemoryContent(policy);
                message.Content.Headers.ContentType = new MediaTypeHeaderValue(JsonType);
            });

    /// <summary>Creates a study of human ratings.</summary>
    /// <param name="request">The study to create.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The study with a link for each rater; no later response has the links.</returns>
    public async Task<StudyResource> CreateStudyAsync(StudyRequest request, CancellationToken cancellationToken = default)
    {
        using var response = await SendAsync(HttpMethod.Post, "api/studies", [], JsonType, message =>
        {
            message.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(request, ClientJson.Default.StudyRequest));
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(JsonType);
        }, cancellationToken);
        return await ServiceAnswer.ReadAsync(response, ClientJson.Default.StudyResource, cancellationToken);
    }

    /// <summary>Lists the studies, newest first.</summary>
    public Task<StudyList> ListStudiesAsync(CancellationToken cancellationToken = default) =>
        GetAsync("api/studies", [], ClientJson.Default.StudyList, cancellationToken);

    /// <summary>Returns a study and each rater's progress.</summary>
    public Task<StudyResource> GetStudyAsync(string study, CancellationToken cancellationToken = default) =>
        GetAsync(OfStudy(study), [], ClientJson.Default.StudyResource, cancellationToken);

    /// <summary>Replaces a rater's link; the old one stops working.</summary>
    public async Task<RaterResource> RenewRaterLinkAsync(string study, string rater, CancellationToken cancellationToken = default)
    {
        using var response = await SendAsync(
            HttpMethod.Post, $"{OfStudy(study)}/raters/{Uri.EscapeDataString(rater)}/link", [], JsonType, null, cancellationToken);
        return await ServiceAnswer.ReadAsync(response, ClientJson.Default.RaterResource, cancellationToken);
    }

    /// <summary>Deletes a rater and the rater's ratings.</summary>
    public async Task DeleteRaterAsync(string study, string rater, CancellationToken cancellationToken = default) =>
        (await SendAsync(
            HttpMethod.Delete, $"{OfStudy(study)}/raters/{Uri.EscapeDataString(rater)}", [], "*/*", null, cancellationToken)).Dispose();

    /// <summary>Deletes a study and its ratings.</summary>
    public async Task DeleteStudyAsync(string study, CancellationToken cancellationToken = default) =>
        (await SendAsync(HttpMethod.Delete, OfStudy(study), [], "*/*", null, cancellationToken)).Dispose();

    /// <summary>Opens the report of a study, even while raters are still rating. The caller disposes it.</summary>
    public Task<Stream> OpenStudyReportAsync(
        string study, ReportFormat format = ReportFormat.Json, CancellationToken cancellationToken = default) =>
        OpenAsync($"{OfStudy(study)}/report", [], TypeOf(format), cancellationToken);

    /// <summary>Opens all ratings of a study. The caller disposes them.</summary>
    /// <param name="study">The study.</param>
    /// <param name="mediaType"><c>application/x-ndjson</c>, <c>text/csv</c> or <c>application/vnd.apache.parquet</c>.</param>
    /// <param name="history">Whether to return every click in order instead of the final ratings.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<Stream> OpenRatingsAsync(
        string study, string mediaType, bool history = false, CancellationToken cancellationToken = default) =>
        OpenAsync($"{OfStudy(study)}/ratings", [("history", history ? "true" : null)], mediaType, cancellationToken);

    /// <summary>Lists the profiles with all their fields.</summary>
    /// <param name="model">The model that they are for; <see langword="null"/> for the service's.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<IReadOnlyList<JsonElement>> ListProfilesAsync(
        string? model = null, CancellationToken cancellationToken = default) =>
        await GetAsync("api/profiles", [("model", model)], ClientJson.Default.JsonElementArray, cancellationToken);

    /// <summary>Lists the available models.</summary>
    public async Task<IReadOnlyList<Model>> ListModelsAsync(CancellationToken cancellationToken = default) =>
        await GetAsync("api/models", [], ClientJson.Default.ModelArray, cancellationToken);

    /// <summary>Lists accuracies from the literature for comparison.</summary>
    public async Task<IReadOnlyList<JsonElement>> ListPublishedResultsAsync(CancellationToken cancellationToken = default) =>
        await GetAsync("api/published-results", [], ClientJson.Default.JsonElementArray, cancellationToken);

    /// <summary>Checks whether the service is ready.</summary>
    public Task<Health> GetHealthAsync(CancellationToken cancellationToken = default) =>
        GetAsync("healthz", [], ClientJson.Default.Health, cancellationToken);

    /// <summary>Returns a profile with all its fields.</summary>
    /// <param name="profile">Its name.</param>
    /// <param name="model">The model that it is for; <see langword="null"/> for the service's.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<JsonElement> GetProfileAsync(string profile, string? model = null, CancellationToken cancellationToken = default) =>
        GetAsync(OfProfile(profile), [("model", model)], ClientJson.Default.JsonElement, cancellationToken);

    /// <summary>
    /// Stores a profile, so that runs can name it; one of its name that was stored before is replaced. Runs keep the profile that they
    /// began with.
    /// </summary>
    /// <param name="profile">Its name, which must be the one in the JSON.</param>
    /// <param name="json">The profile as UTF-8 JSON, as a profile's file has it.</param>
    /// <param name="unlisted">
    /// Whether to keep it only for runs and estimates that state its hash: what is stored under its name stays, and nobody else sees it.
    /// </param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The stored profile with all its fields and its <c>hash</c>.</returns>
    public async Task<JsonElement> PutProfileAsync(
        string profile, ReadOnlyMemory<byte> json, bool unlisted = false, CancellationToken cancellationToken = default)
    {
        (string, string?)[] parameters = [("unlisted", unlisted ? "true" : null)];
        using var response = await SendAsync(HttpMethod.Put, OfProfile(profile), parameters, JsonType, message =>
        {
            message.Content = new ReadOnlyMemoryContent(json);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(JsonType);
        }, cancellationToken);
        return await ServiceAnswer.ReadAsync(response, ClientJson.Default.JsonElement, cancellationToken);
    }

    /// <summary>Deletes a profile that was stored. Runs keep theirs.</summary>
    public async Task DeleteProfileAsync(string profile, CancellationToken cancellationToken = default) =>
        (await SendAsync(HttpMethod.Delete, OfProfile(profile), [], JsonType, null, cancellationToken)).Dispose();

    /// <summary>Disposes the HTTP client, unless the caller passed it in.</summary>
    public void Dispose()
    {
        if (_owned)
        {
            _http.Dispose();
        }
    }

    /// <summary>Returns the query parameters common to uploads of question sets.</summary>
    private static (string Name, string? Value)[] SetParameters(
        string name,
        string? profile,
        string? answerNotation,
        bool dropFillers,
        int? limit,
        int? sample,
        int? samples,
        long? seed,
        string? profileHash,
        string? model) =>
    [
        ("name", name), ("profile", profile), ("answerNotation", answerNotation), ("dropFillers", dropFillers ? "true" : null),
        ("limit", Text(limit)), ("sample", Text(sample)), ("samples", Text(samples)), ("seed", Text(seed)),
        ("profileHash", profileHash), ("model", model),
    ];

    private async IAsyncEnumerable<(string Id, RunResource Run)> EventsAsync(
        string run, string? last, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, $"{Of(run)}/events", [], "text/event-stream", request =>
        {
            if (last is not null)
            {
                request.Headers.Add("Last-Event-ID", last);
            }
        }, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NoContent)
        {
            yield return (last ?? "", await GetRunAsync(run, cancellationToken));
            yield break;
        }

        ServiceAnswer.Expect(response, "text/event-stream");
        await using var content = await response.Content.ReadAsStreamAsync(cancellationToken);
        await using var events = SseParser.Create(content).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            SseItem<string> item;
            try
            {
                if (!await events.MoveNextAsync())
                {
                    yield break;
                }

                item = events.Current;
            }
            catch (IOException)
            {
                // The connection broke. The caller reconnects with the last event's id and misses nothing.
                yield break;
            }

            if (item.EventType == "run")
            {
                yield return (item.EventId ?? "", ServiceAnswer.Parse(item.Data, ClientJson.Default.RunResource, response));
            }
            else if (item is { EventType: "end", Data: "deleted" })
            {
                throw new MedQAException(
                    HttpStatusCode.NotFound, new ProblemDetails
                    {
                        Type = "urn:medqa:unknown-run",
                        Title = "No such run",
                        Status = (int)HttpStatusCode.NotFound,
                        Detail = $"Run {run} was deleted.",
                    });
            }
        }
    }

    private static async Task<StoredAnnotation> ReadAnnotationAsync(
        HttpResponseMessage response, CancellationToken cancellationToken) => new(
        await ServiceAnswer.ReadAsync(response, ClientJson.Default.RunAnnotation, cancellationToken), response.Headers.ETag?.ToString());

    private async Task<RunResource> AskAsync(HttpMethod method, string path, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(method, path, [], JsonType, null, cancellationToken);
        return await ServiceAnswer.ReadAsync(response, ClientJson.Default.RunResource, cancellationToken);
    }

    private async Task<T> GetAsync<T>(
        string path, (string Name, string? Value)[] query, JsonTypeInfo<T> shape, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, path, query, JsonType, null, cancellationToken);
        return await ServiceAnswer.ReadAsync(response, shape, cancellationToken);
    }

    private async Task<Stream> OpenAsync(
        string path,
        (string Name, string? Value)[] query,
        string type,
        CancellationToken cancellationToken,
        HttpMethod? method = null,
        Action<HttpRequestMessage>? prepare = null)
    {
        // Disposing the stream ends the response.
        var response = await SendAsync(method ?? HttpMethod.Get, path, query, type, prepare, cancellationToken);
        try
        {
            ServiceAnswer.Expect(response, type);
            return await response.Content.ReadAsStreamAsync(cancellationToken);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private Task<HttpResponseMessage> PostSetAsync(
        string path, Stream questionSet, (string Name, string? Value)[] query, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, path, query, JsonType, request =>
        {
            // A request disposes its content, but the caller keeps ownership of the stream.
            request.Content = new StreamContent(new Kept(questionSet));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        }, cancellationToken);

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        (string Name, string? Value)[] query,
        string accept,
        Action<HttpRequestMessage>? prepare,
        CancellationToken cancellationToken)
    {
        var parameters = string.Join(
            '&',
            query.Where(static part => part.Value is not null).Select(static part => $"{part.Name}={Uri.EscapeDataString(part.Value!)}"));
        using var request = new HttpRequestMessage(
            method, new Uri(_options.Endpoint, parameters.Length == 0 ? path : $"{path}?{parameters}"));
        request.Headers.Accept.ParseAdd(accept);
        prepare?.Invoke(request);
        if (_options.Key is { } key)
        {
            request.Headers.Add(_options.KeyHeader, key);
        }

        if (_options.Token is { } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await token(cancellationToken));
        }

        try
        {
            var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                throw await ServiceAnswer.ProblemAsync(response, _options.Endpoint, cancellationToken);
            }
        }
        catch (HttpRequestException exception)
        {
            throw new MedQAException(
                $"The service at {_options.Endpoint} cannot be reached: {exception.Message.TrimEnd('.')}. Check the address, and that the "
                    + "service is running.",
                exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new MedQAException(
                $"The service at {_options.Endpoint} has not responded within the HttpClient's timeout.", exception);
        }
    }

    private static string OfProfile(string profile) => $"api/profiles/{Uri.EscapeDataString(profile)}";

    private static string OfStudy(string study) => $"api/studies/{Uri.EscapeDataString(study)}";

    private static string Of(string run) => $"api/runs/{Uri.EscapeDataString(run)}";

    private static string? Text(long? number) => number?.ToString(CultureInfo.InvariantCulture);

    /// <summary>Returns the media type of a file by its name; <c>*/*</c> for names unknown to this version.</summary>
    private static string TypeOfFile(string name) => Path.GetExtension(name) switch
    {
        ".json" => JsonType,
        ".jsonl" => "application/x-ndjson",
        ".csv" => "text/csv",
        ".md" => "text/markdown",
        ".html" => "text/html",
        ".parquet" => "application/vnd.apache.parquet",
        _ => "*/*",
    };

    private static string TypeOf(ReportFormat format) => format switch
    {
        ReportFormat.Json => JsonType,
        ReportFormat.Markdown => "text/markdown",
        ReportFormat.Html => "text/html",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Unknown format."),
    };

    /// <summary>A stream that its reader does not close.</summary>
    private sealed class Kept(Stream stream) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => stream.CanSeek;

        public override bool CanWrite => false;

        public override long Length => stream.Length;

        public override long Position
        {
            get => stream.Position;
            set => stream.Position = value;
        }

        public override int Read(byte[] buffer, int offset, int count) => stream.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            stream.ReadAsync(buffer, cancellationToken);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            stream.ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override long Seek(long offset, SeekOrigin origin) => stream.Seek(offset, origin);

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

/// <summary>The result of starting a run.</summary>
/// <param name="Run">The run.</param>
/// <param name="IsNew">Whether it is new; if not, the same question set was run with the same profile before.</param>
public sealed record StartedRun(RunResource Run, bool IsNew);
