using System.Net;
using System.Text.RegularExpressions;
using MedQA.Infrastructure.Tests.Hosting;

namespace MedQA.Infrastructure.Tests.Deployments;

/// <summary>
/// The check of a deployment, against a small server that plays the service and stand-ins for the programs that talk to Azure: one
/// deployment that is well, and some that are not.
/// </summary>
public sealed partial class CheckTests : IDisposable
{
    /// <summary>Targets that Kestrel serves as <c>/api/runs</c>.</summary>
    private static readonly string[] Crooked = ["/rate/", "/api/rating/", "/healthz/"];

    private readonly StandIns _programs = new();
    private readonly LoopbackServer _server;
    private readonly Dictionary<string, string> _environment;
    private readonly Dictionary<string, int> _looks = new(StringComparer.Ordinal);
    private string? _inContainer;
    private Fault _fault;

    public CheckTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The check runs in bash.");
        _server = new(Answer);
        _environment = new(StringComparer.Ordinal)
        {
            ["MEDQA_URL"] = _server.Address,
            ["AZURE_SUBSCRIPTION_ID"] = "subscription",
            ["AZURE_RESOURCE_GROUP"] = "rg-test",
            ["MEDQA_DATA_ACCOUNT"] = "medqadata",
            ["MEDQA_CONTROL_APP"] = "medqa-control",
            ["MEDQA_INFERENCE_APP"] = "medqa-inference",
            ["MEDQA_UPLOAD_TOPIC"] = "topic",
            ["ENTRA_CLIENT_ID"] = "client",
            ["MEDQA_CHECK_MINUTES"] = "1",
            ["MEDQA_CHECK_PAUSE"] = "0",
        };

        // The workers come when they are looked for the first time and are gone the third time.
        _programs.Make("az", """
            [ ! -e "$here/bad" ] || bad=$(cat "$here/bad")
            case "$*" in
              'account get-access-token'*) [ "${bad:-}" != 0 ] && echo token ;;
              'containerapp replica list'*medqa-control*) [ -z "${bad:-}" ] && echo 1 || echo 0 ;;
              'containerapp replica list'*medqa-inference*) echo >> "$here/looks" && [ "$(wc -l < "$here/looks")" -lt 3 ] && [ -z "${bad:-}" ] && echo 2 || echo "${bad:-0}" ;;
              'containerapp show'*WEBSITE_HOSTNAME*) [ -z "${bad:-}" ] && echo 'medqa-control.domain.example medqa-control.domain.example' || echo 'localhost medqa-control.domain.example' ;;
              'containerapp show'*MedQAData__queueServiceUri*) [ -z "${bad:-}" ] && echo https://medqadata.queue.example/ || echo https://medqactl.queue.example/ ;;
              'containerapp show'*AzureWebJobsMedQAData*) echo 0 ;;
              'eventgrid system-topic'*) [ -z "${bad:-}" ] && echo Succeeded || echo Failed ;;
              'storage blob upload'*) [ "${bad:-}" != 0 ] && curl -s --data '' "$MEDQA_URL/stand-in/container?$(sed -n 's/.*--name \([^ ]*\).*/\1/p' <<< "$*")" ;;
              'storage entity query'*) [ -z "${bad:-}" ] && echo 3 || echo 0 ;;
              'monitor log-analytics workspace'*) echo workspace ;;
              'monitor log-analytics query'*) [ -z "${bad:-}" ] && echo 1 || echo 0 ;;
            esac
            """);
    }

    /// <summary>What is wrong with the service.</summary>
    private enum Fault
    {
        None,

        /// <summary>Everybody is let in everywhere, and nothing else is as it should be.</summary>
        OpenAndEmpty,

        /// <summary>Runs are taken and end badly, and nothing can be deleted.</summary>
        RunsFail,

        /// <summary>The header in which the sign-in says who is there is believed, whoever wrote it, on paths that the sign-in leaves out.</summary>
        Believes,
    }

    public void Dispose()
    {
        _server.Dispose();
        _programs.Dispose();
    }

    /// <summary>With sign-in by Entra ID, <see cref="Every_check_fails_where_what_it_checks_is_not_so"/> finds the same first.</summary>
    [Theory]
    [InlineData("Keys")]
    [LongInlineData("EntraId")]
    public Task A_deployment_that_is_well_passes_every_check_and_what_was_made_is_deleted(string mode) => PassAsync(mode);

    /// <summary>The checks that a deployment which is well passes: all of them.</summary>
    private async Task<string[]> PassAsync(string mode)
    {
        _environment["ACCESS_MODE"] = mode;
        _environment["ADMIN_KEY"] = "key";
        var (result, passed, failed) = await CheckAsync();
        Assert.True(failed.Length == 0, result.Output + result.Told);
        Assert.True(passed.Length > 30, result.Output);
        Assert.Equal($"{passed.Length} passed, 0 failed", result.Output.TrimEnd().Split('\n')[^1]);
        Assert.Equal(0, result.Code);
        Assert.Equal(2, _looks.Keys.Count(static look => look.StartsWith("DELETE ", StringComparison.Ordinal)));
        Assert.All(_programs.Calls, static call => Assert.DoesNotContain("token ",
            call.Replace("get-access-token ", "", StringComparison.Ordinal), StringComparison.Ordinal));
        return passed;
    }

    [Fact]
    public async Task Every_check_fails_where_what_it_checks_is_not_so()
    {
        var passed = await PassAsync("EntraId");
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var fault in (Fault[])[Fault.OpenAndEmpty, Fault.RunsFail])
        {
            _fault = fault;
            _looks.Clear();
            _inContainer = null;
            File.Delete(_programs.PathOf("looks"));

            // With an open service workers never come; where runs fail they never end.
            await File.WriteAllTextAsync(_programs.PathOf("bad"), fault == Fault.OpenAndEmpty ? "0" : "7",
                TestContext.Current.CancellationToken);
            _environment["MEDQA_CHECK_MINUTES"] = "0";
            var (result, _, failed) = await CheckAsync();
            Assert.Equal(1, result.Code);
            Assert.Matches("^\\d+ passed, [1-9]\\d* failed$", result.Output.TrimEnd().Split('\n')[^1]);
            found.UnionWith(failed);
        }

        Assert.Empty(passed.Except(found, StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_service_that_believes_what_callers_say_of_themselves_fails()
    {
        _fault = Fault.Believes;
        var (result, _, failed) = await CheckAsync();
        Assert.Equal(1, result.Code);
        Assert.Contains("/rate/../api/runs is refused", failed);
        Assert.All(failed, static check => Assert.EndsWith("is refused", check, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_service_that_does_not_answer_fails_and_the_check_comes_to_its_end()
    {
        _environment["MEDQA_URL"] = "http://127.0.0.1:1";
        _environment["MEDQA_CHECK_MINUTES"] = "0";
        var (result, _, failed) = await CheckAsync();
        Assert.Equal(1, result.Code);
        Assert.Contains("the service is well", failed);
        Assert.Contains("/rate/../api/runs is refused", failed);
        Assert.EndsWith(" failed", result.Output.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_check_reads_only_outputs_of_the_deployment_and_settings_of_its_environment()
    {
        var check = File.ReadAllText(Repository.PathOf("infra", "check.sh"));
        var main = File.ReadAllText(Repository.PathOf("infra", "main.bicep"));
        var given = File.ReadAllText(Repository.PathOf("infra", "main.parameters.json"));
        var read = Variables().Matches(check).Select(static match => match.Groups["name"].Value)
            .Where(static name => !name.StartsWith("MEDQA_CHECK_", StringComparison.Ordinal)).Distinct()
            .Except(["AZURE_SUBSCRIPTION_ID", "SECONDS"]);
        Assert.All(read, name => Assert.True(main.Contains($"\noutput {name} ", StringComparison.Ordinal)
            || given.Contains($"${{{name}=", StringComparison.Ordinal), name));
    }

    private async Task<(ScriptResult Result, string[] Passed, string[] Failed)> CheckAsync()
    {
        var result = await _programs.RunAsync(Repository.PathOf("infra", "check.sh"), _environment);
        return (result, Named("passed: "), Named("FAILED: "));

        string[] Named(string prefix) => [.. result.Output.Split('\n').Where(line => line.StartsWith(prefix, StringComparison.Ordinal))
            .Select(line => line[prefix.Length..])];
    }

    private Reply Answer(HttpListenerRequest request)
    {
        var raw = request.RawUrl!;
        var path = raw.Split('?')[0];
        if (path == "/stand-in/container")
        {
            _inContainer = raw.Split('?')[1];
            return new(200);
        }

        var isKnown = request.Headers["Authorization"] == "Bearer token" || request.Headers["x-medqa-key"] == "key";
        var key = $"{request.HttpMethod} {path}";
        _looks[key] = _looks.GetValueOrDefault(key) + 1;
        return _fault switch
        {
            Fault.OpenAndEmpty => AnswerOpenly(path),
            Fault.Believes when request.Headers["X-MS-CLIENT-PRINCIPAL"] is not null => new(200),
            _ when Crooked.Any(folder => path.StartsWith(folder, StringComparison.Ordinal))
                && (path.Contains('%', StringComparison.Ordinal) || path.Contains("/.", StringComparison.Ordinal)) => new(400),
            _ => path switch
            {
                "/healthz" => new(200, """{"status":"ok"}"""),
                "/rate" or "/rate/rate.js" => new(200),
                "/api/rating" => new(401, """{"type":"rater-link","title":"The link opens nothing"}"""),
                _ when !isKnown =>
                    _environment.GetValueOrDefault("ACCESS_MODE") == "Keys" ? new(401) : new(302, "", "https://login.example/authorize"),
                _ => AnswerKnown(request.HttpMethod, path, raw, _fault == Fault.RunsFail),
            },
        };
    }

    private static Reply AnswerOpenly(string path) => path switch
    {
        "/healthz" => new(503, "{}"),
        "/rate" or "/rate/rate.js" or "/api/rating" => new(302, "", "https://login.example/authorize"),
        "/api/rubrics" or "/api/profiles" => new(200, "[]"),
        _ => new(200, ""),
    };

    private Reply AnswerKnown(string method, string path, string raw, bool fails) => (method, path) switch
    {
        ("GET", "/api/rubrics" or "/api/profiles") => new(200, """[{"name":"one"}]"""),
        ("POST", "/api/runs") when raw.Contains("large.csv", StringComparison.Ordinal) => new(413, """{"title":"The body is too large"}"""),
        ("POST", "/api/runs") => new(202, """{"run":"httprun"}"""),
        ("GET", "/api/runs") when _inContainer is null => new(200, """{"runs":[]}"""),
        ("GET", "/api/runs") => new(200, $$"""{"runs":[{"run":"blobrun","name":"{{_inContainer}}"}]}"""),
        ("GET", "/api/runs/httprun" or "/api/runs/blobrun") when fails => new(200, """{"state":"failed","reason":"why"}"""),
        ("GET", "/api/runs/httprun" or "/api/runs/blobrun") =>
            new(200, _looks[$"{method} {path}"] == 1 ? """{"state":"running"}""" : """{"state":"completed"}"""),
        ("GET", "/api/runs/httprun/answers") => new(200, fails ? """{"answers":[]}""" : """{"answers":[1,2,3]}"""),
        ("GET", "/api/runs/httprun/report") => new(200, fails ? """{"accuracy":{"scored":0}}""" : """{"accuracy":{"scored":3}}"""),
        ("DELETE", _) => new(fails ? 500 : 202),
        _ => new(404, "{}"),
    };

    [GeneratedRegex(@"\$\{(?<name>[A-Z][A-Z_]+)[:}]|""\$(?<name>[A-Z][A-Z_]+)", RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000)]
    private static partial Regex Variables();
}
