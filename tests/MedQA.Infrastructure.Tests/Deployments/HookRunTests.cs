using System.Text.Json;
using System.Text.RegularExpressions;
using MedQA.Infrastructure.Tests.Hosting;

namespace MedQA.Infrastructure.Tests.Deployments;

/// <summary>
/// The hooks, run over a small copy of the repository with stand-ins for the programs that talk to Azure. What they keep in azd's
/// environment is there in the next run.
/// </summary>
public sealed partial class HookRunTests : IDisposable
{
    private static readonly string Base = $"sha256:{new string('1', 64)}";
    private static readonly string MovedBase = $"sha256:{new string('2', 64)}";

    private readonly StandIns _programs = new();
    private readonly string _repository = Directory.CreateTempSubdirectory("medqa-hooks").FullName;
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal)
    {
        ["AZURE_ENV_NAME"] = "test",
        ["AZURE_LOCATION"] = "swedencentral",
        ["AZURE_SUBSCRIPTION_ID"] = "subscription",
    };

    public HookRunTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The hooks run in bash.");
        foreach (var file in Directory.EnumerateFiles(Repository.PathOf("infra"), "*", SearchOption.AllDirectories)
            .Append(Repository.PathOf(".dockerignore")))
        {
            Write(Path.GetRelativePath(Repository.PathOf(), file), File.ReadAllText(file));
        }

        foreach (var file in (string[])
            [
                "Directory.Build.props", "Directory.Packages.props", ".editorconfig", "global.json", "nuget.config",
                "src/App/App.cs", "exemplars/a.json", "rubrics/a.json", "models/smollm2-135m-instruct/model.onnx", "docs/guide.md",
            ])
        {
            Write(file, file);
        }

        _programs.Make("azd", "");
        _programs.Make("dotnet", "cat \"$here/description\"");
        _programs.Make("curl", """[ ! -e "$here/unreachable" ] || exit 6; case "$*" in *mcr.microsoft.com*) cat "$here/headers" ;; esac""");

        // The registry keeps the tags that were built; an image's digest is its tag here.
        _programs.Make("az", """
            image=$(sed -n 's/.*--image \([^ ]*\).*/\1/p' <<< "$*")
            case "$*" in
              'account show'*) [ ! -e "$here/signed-out" ] ;;
              *'deployment group create'*medqa-registry*) printf 'medqaabc\nmedqaabc.azurecr.io\n' ;;
              *'acr build'*) touch "$here/${image//:/@}" ;;
              *'acr repository show'*) [ -e "$here/${image//:/@}" ] && echo "sha256:${image#*:}" ;;
              *'function keys show'*) echo 'a+key==' ;;
              *'deployment group create'*upload-webhook*) all="$*" && parameters=${all##*@} && cat "${parameters%% *}" > "$here/parameters.json" ;;
              'ad app list'*) [ ! -e "$here/registrations" ] || cat "$here/registrations" ;;
              'ad app create'*) [ ! -e "$here/no-directory" ] && echo 99999999-made ;;
              'ad app show'*Admin*) echo admin-role ;;
              'ad app show'*redirectUris*) [ ! -e "$here/redirects" ] || cat "$here/redirects" ;;
              'ad app update'*) [ ! -e "$here/no-directory" ] ;;
              'ad sp show'*'--query id'*) echo service ;;
              'ad sp show'*) [ -e "$here/service" ] ;;
              'ad sp create'*) touch "$here/service" ;;
              'ad signed-in-user show'*) [ ! -e "$here/no-person" ] && echo person ;;
              'cloud show'*) echo https://graph.example/ ;;
              'rest --method GET'*) [ -e "$here/assigned" ] && echo 1 || echo 0 ;;
              'rest --method POST'*) all="$*" && body=${all##*@} && cat "${body%% *}" > "$here/assignment.json" && [ ! -e "$here/no-admin" ] ;;
            esac
            """);
        Say("headers", $"HTTP/2 200 \r\ncontent-type: application/json\r\nDocker-Content-Digest: {Base}\r\n\r\n");
        Describe('a');
    }

    public void Dispose()
    {
        _programs.Dispose();
        Directory.Delete(_repository, recursive: true);
    }

    [Fact]
    public async Task A_fresh_deployment_needs_nothing_but_a_name_and_a_region_and_the_next_one_builds_and_sets_nothing()
    {
        var calls = await ProvisionAsync();
        var builds = BuildsOf(calls);
        Assert.Equal(2, builds.Length);
        Assert.All(builds, static build => Assert.Contains($"--build-arg FUNCTIONS_HOST_DIGEST={Base}", build, StringComparison.Ordinal));
        Assert.Contains("--file infra/docker/control.Dockerfile", builds[0], StringComparison.Ordinal);
        Assert.Contains("--file infra/docker/inference.Dockerfile", builds[1], StringComparison.Ordinal);
        Assert.Contains("--build-arg MODEL=models/smollm2-135m-instruct", builds[1], StringComparison.Ordinal);
        Assert.Matches("^medqaabc\\.azurecr\\.io/medqa-control@sha256:[0-9a-f]{64}$", _environment["CONTROL_IMAGE"]);
        Assert.Matches("^medqaabc\\.azurecr\\.io/medqa-inference@sha256:[0-9a-f]{64}$", _environment["INFERENCE_IMAGE"]);
        Assert.Equal(("smollm2-135m-instruct", new string('a', 64), "8192", "true", "false"),
            (_environment["MODEL_NAME"], _environment["MODEL_FINGERPRINT"], _environment["MODEL_CONTEXT_LENGTH"],
            _environment["MODEL_HAS_CHAT_TEMPLATE"], _environment["MODEL_GIVES_EMBEDDINGS"]));
        Assert.Equal("99999999-made", _environment["ENTRA_CLIENT_ID"]);
        Assert.Contains(calls, static call => call.StartsWith("curl ", StringComparison.Ordinal)
            && call.EndsWith(" https://mcr.microsoft.com/v2/azure-functions/dotnet-isolated/manifests/4-dotnet-isolated10.0",
            StringComparison.Ordinal));

        calls = await ProvisionAsync();
        Assert.Empty(BuildsOf(calls));
        Assert.DoesNotContain(calls, static call => call.StartsWith("azd env set", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Changed_code_is_built_into_the_images_that_hold_it_and_what_was_there_before_is_not_built_again()
    {
        await ProvisionAsync();
        var (control, inference) = (_environment["CONTROL_IMAGE"], _environment["INFERENCE_IMAGE"]);
        var source = await File.ReadAllTextAsync(Made("src/App/App.cs"), TestContext.Current.CancellationToken);
        await ChangeAsync(("src/App/App.cs", "control inference"));

        Write("src/App/App.cs", source);
        Assert.Empty(BuildsOf(await ProvisionAsync()));
        Assert.Equal((control, inference), (_environment["CONTROL_IMAGE"], _environment["INFERENCE_IMAGE"]));

        await ChangeAsync(
            ("infra/docker/control.Dockerfile", "control"), ("models/smollm2-135m-instruct/model.onnx", "inference"), ("docs/guide.md", ""));
    }

    [LongFact]
    public async Task Whatever_is_changed_is_built_into_the_images_that_hold_it_and_into_no_other()
    {
        await ProvisionAsync();
        await ChangeAsync(
            ("src/App/Further.cs", "control inference"),
            ("rubrics/a.json", "control inference"),
            ("Directory.Packages.props", "control inference"),
            ("infra/docker/fetch-model.sh", "inference"),
            ("src/App/obj/project.assets.json", ""),
            ("src/App/local.settings.json", ""));
    }

    [Fact]
    public async Task A_base_image_that_has_moved_is_built_on()
    {
        await ProvisionAsync();
        Say("headers", $"HTTP/2 200\r\ndocker-content-digest: {MovedBase}\r\n\r\n");
        var builds = BuildsOf(await ProvisionAsync());
        Assert.Equal(2, builds.Length);
        Assert.All(builds, static build => Assert.Contains($"FUNCTIONS_HOST_DIGEST={MovedBase}", build, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_base_image_that_is_given_is_built_on_and_nobody_is_asked()
    {
        _environment["FUNCTIONS_HOST_DIGEST"] = MovedBase;
        Say("unreachable", "");
        var calls = await ProvisionAsync();
        Assert.All(BuildsOf(calls), static build => Assert.Contains($"FUNCTIONS_HOST_DIGEST={MovedBase}", build, StringComparison.Ordinal));
        Assert.DoesNotContain(calls, static call => call.StartsWith("curl ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("latest", null, "FUNCTIONS_HOST_DIGEST is 'latest', which is no digest")]
    [InlineData("", "unreachable",
        "https://mcr.microsoft.com/v2/azure-functions/dotnet-isolated/manifests/4-dotnet-isolated10.0 does not answer")]
    [InlineData("", "headers", "answered without the digest of the base image")]
    [InlineData("", "signed-out", "the Azure CLI is not signed in to the subscription subscription: az login")]
    public async Task What_is_missing_is_told_before_anything_is_made(string digest, string? fault, string sentence)
    {
        _environment["FUNCTIONS_HOST_DIGEST"] = digest;
        if (fault is not null)
        {
            Say(fault, "");
        }

        var result = await RunAsync("preprovision.sh");
        Assert.Equal(1, result.Code);
        Assert.Contains(sentence, result.Told, StringComparison.Ordinal);
        Assert.DoesNotContain(_programs.Calls, static call => call.Contains(" create", StringComparison.Ordinal)
            || call.Contains(" build", StringComparison.Ordinal) || call.Contains(" set", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_model_is_described_again_and_one_that_is_elsewhere_stays_as_it_is_known()
    {
        await ProvisionAsync();
        Describe('b');
        await ProvisionAsync();
        Assert.Equal(new string('b', 64), _environment["MODEL_FINGERPRINT"]);

        Describe('c');
        _environment["MODEL"] = "/elsewhere/large";
        _environment["MODEL_IN_IMAGE"] = "infra/docker/no-model";
        var calls = await ProvisionAsync();
        Assert.Equal(new string('b', 64), _environment["MODEL_FINGERPRINT"]);
        Assert.DoesNotContain(calls, static call => call.StartsWith("dotnet ", StringComparison.Ordinal));
        Assert.Contains("--build-arg MODEL=infra/docker/no-model", BuildsOf(calls).Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_description_that_lacks_something_is_not_taken()
    {
        Say("description", """{"fingerprint":"FINGERPRINT","contextLength":8192,"hasChatTemplate":true}""".Replace("FINGERPRINT",
            new string('a', 64), StringComparison.Ordinal));
        var result = await RunAsync("preprovision.sh");
        Assert.Equal(1, result.Code);
        Assert.Contains("did not say fingerprint, contextLength, hasChatTemplate and givesEmbeddings", result.Told,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_app_registration_is_made_with_its_roles_opened_to_the_command_line_and_whoever_deploys_is_its_Admin()
    {
        var calls = await ProvisionAsync();
        var made = Assert.Single(calls, static call => call.StartsWith("az ad app create ", StringComparison.Ordinal));
        Assert.Contains("--display-name medqa-test ", made, StringComparison.Ordinal);
        Assert.Contains("--app-roles @app-roles.json", made, StringComparison.Ordinal);
        Assert.Single(calls, static call => call.StartsWith("az ad sp create ", StringComparison.Ordinal));
        Assert.Equal(2, calls.Count(static call =>
            call.StartsWith("az rest --method PATCH --url https://graph.example/v1.0/applications(appId='99999999-made')",
            StringComparison.Ordinal)));
        Assert.Equal("""{ "principalId": "person", "resourceId": "service", "appRoleId": "admin-role" }""",
            await File.ReadAllTextAsync(_programs.PathOf("assignment.json"), TestContext.Current.CancellationToken));

        using var roles = JsonDocument.Parse(await File.ReadAllTextAsync(Repository.PathOf("infra", "hooks", "app-roles.json"),
            TestContext.Current.CancellationToken));
        var expected = File.ReadAllLines(Repository.PathOf("src", "MedQA.Web", "Requests", "ApiRole.cs"));
        Assert.Equal(["Reader", "Runner", "Admin"], roles.RootElement.EnumerateArray()
            .Select(static role => role.GetProperty("value").GetString()));
        Assert.All(roles.RootElement.EnumerateArray(), role =>
            Assert.Contains(expected, line => line.Trim().StartsWith(role.GetProperty("value").GetString()!, StringComparison.Ordinal)));
        Assert.Equal(3, roles.RootElement.EnumerateArray().Select(static role => role.GetProperty("id").GetGuid()).Distinct().Count());
    }

    [Fact]
    public async Task An_app_registration_that_an_interrupted_deployment_has_made_is_taken()
    {
        Say("registrations", "99999999-found\n");
        Say("service", "");
        Say("assigned", "");
        var calls = await ProvisionAsync();
        Assert.Equal("99999999-found", _environment["ENTRA_CLIENT_ID"]);
        Assert.DoesNotContain(calls, static call => call.StartsWith("az ad app create", StringComparison.Ordinal)
            || call.StartsWith("az ad sp create", StringComparison.Ordinal)
            || call.StartsWith("az rest --method POST", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ENTRA_CLIENT_ID", "given")]
    [InlineData("ACCESS_MODE", "Keys")]
    public async Task Where_one_is_given_or_none_is_needed_the_directory_is_left_alone(string name, string value)
    {
        _environment[name] = value;
        Assert.DoesNotContain(await ProvisionAsync(), static call => call.StartsWith("az ad ", StringComparison.Ordinal)
            || call.StartsWith("az rest ", StringComparison.Ordinal));
        Assert.Equal(name == "ENTRA_CLIENT_ID" ? "given" : "", _environment.GetValueOrDefault("ENTRA_CLIENT_ID", ""));
    }

    [Theory]
    [InlineData("no-directory", "", "cannot make the app registration medqa-test")]
    [InlineData("no-directory", "", "azd env set ACCESS_MODE Keys")]
    [InlineData("registrations", "one\ntwo\n", "the directory has 2 app registrations of the name medqa-test")]
    public async Task A_directory_that_refuses_ends_the_deployment_with_what_to_do(string fault, string content, string sentence)
    {
        Say(fault, content);
        var result = await RunAsync("preprovision.sh");
        Assert.Equal(1, result.Code);
        Assert.Contains(sentence, result.Told, StringComparison.Ordinal);
        Assert.DoesNotContain("ENTRA_CLIENT_ID", _environment.Keys);
    }

    [Theory]
    [InlineData("no-person", "no person is signed in, so nobody has the role Admin yet")]
    [InlineData("no-admin", "you could not be given the role Admin")]
    public async Task A_role_that_cannot_be_given_is_told_and_the_deployment_goes_on(string fault, string sentence)
    {
        Say(fault, "");
        var result = await RunAsync("preprovision.sh");
        Assert.True(result.Code == 0, result.Told);
        Assert.Contains(sentence, result.Told, StringComparison.Ordinal);
        Assert.Contains("CONTROL_IMAGE", _environment.Keys);
    }

    [Fact]
    public async Task After_the_deployment_the_webhook_is_subscribed_with_its_key_which_no_argument_shows()
    {
        Deployed();
        var result = await RunAsync("postprovision.sh");
        Assert.True(result.Code == 0, result.Told);
        using var parameters = JsonDocument.Parse(await File.ReadAllTextAsync(_programs.PathOf("parameters.json"),
            TestContext.Current.CancellationToken));
        var given = parameters.RootElement.GetProperty("parameters");
        Assert.Equal("https://control.example/runtime/webhooks/blobs?functionName=Host.Functions.OnBlobEvent&code=a%2Bkey%3D%3D", given.GetProperty("webhookUrl").GetProperty("value").GetString());
        Assert.Equal(("topic", "/account"), (given.GetProperty("topicName").GetProperty("value").GetString(), given.GetProperty("accountId").GetProperty("value").GetString()));
        Assert.Contains(_programs.Calls, static call => call.StartsWith("curl ", StringComparison.Ordinal)
            && call.EndsWith("https://control.example/healthz", StringComparison.Ordinal));
        Assert.All(_programs.Calls, static call => Assert.DoesNotContain("a+key", call, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task People_come_back_from_signing_in_to_the_app_also_where_it_is_private(bool isPrivate)
    {
        Deployed(byQueue: isPrivate);
        Say("redirects", "https://first.example/back\n");
        var result = await RunAsync("postprovision.sh");
        Assert.True(result.Code == 0, result.Told);

        // Addresses of other deployments stay.
        Assert.Contains(
            "az ad app update --id client --enable-id-token-issuance true --web-redirect-uris https://first.example/back"
                + " https://control.example/.auth/login/aad/callback --output none",
            _programs.Calls);
    }

    [Fact]
    public async Task An_address_that_is_known_is_not_added_again()
    {
        Deployed();
        Say("redirects", "https://control.example/.auth/login/aad/callback\n");
        Assert.Equal(0, (await RunAsync("postprovision.sh")).Code);
        Assert.DoesNotContain(_programs.Calls, static call => call.StartsWith("az ad app update", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_app_registration_of_somebody_else_is_told_what_it_lacks_and_uploads_are_subscribed_all_the_same()
    {
        Deployed();
        Say("no-directory", "");
        var result = await RunAsync("postprovision.sh");
        Assert.True(result.Code == 0, result.Told);
        Assert.Contains("NOBODY CAN SIGN IN YET", result.Output, StringComparison.Ordinal);
        Assert.Contains("az ad app update --id client --web-redirect-uris https://control.example/.auth/login/aad/callback",
            result.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(_programs.PathOf("parameters.json")));
    }

    [Fact]
    public async Task With_keys_and_private_networking_there_is_nothing_left_to_do()
    {
        Deployed(byQueue: true);
        _environment["ACCESS_MODE"] = "Keys";
        var result = await RunAsync("postprovision.sh");
        Assert.True(result.Code == 0, result.Told);
        Assert.Empty(_programs.Calls);
    }

    private static string[] BuildsOf(string[] calls) =>
        [.. calls.Where(static call => call.StartsWith("az acr build ", StringComparison.Ordinal))];

    /// <summary>Changes one file after the other and provisions.</summary>
    /// <param name="changes">Each file, and the images that are built then.</param>
    private async Task ChangeAsync(params (string File, string Images)[] changes)
    {
        foreach (var (file, images) in changes)
        {
            var (control, inference) = (_environment["CONTROL_IMAGE"], _environment["INFERENCE_IMAGE"]);
            await File.AppendAllTextAsync(Made(file), "\n# changed", TestContext.Current.CancellationToken);
            var built = BuildsOf(await ProvisionAsync())
                .Select(static build => build.Contains("--image medqa-control:", StringComparison.Ordinal) ? "control" : "inference");
            Assert.Equal((file, images), (file, string.Join(' ', built)));
            Assert.Equal(images.Contains("control", StringComparison.Ordinal), _environment["CONTROL_IMAGE"] != control);
            Assert.Equal(images.Contains("inference", StringComparison.Ordinal), _environment["INFERENCE_IMAGE"] != inference);
        }
    }

    private void Deployed(bool byQueue = false)
    {
        foreach (var (name, value) in ((string, string)[])
            [
                ("AZURE_RESOURCE_GROUP", "rg-medqa"),
                ("MEDQA_URL", "https://control.example"),
                ("MEDQA_CONTROL_APP", "medqa-control"),
                ("MEDQA_UPLOAD_TOPIC", "topic"),
                ("ENTRA_CLIENT_ID", "client"),
                ("MEDQA_DATA_ACCOUNT", "account"),
                ("MEDQA_DATA_ACCOUNT_ID", "/account"),
                ("MEDQA_UPLOADS_BY_QUEUE", byQueue ? "true" : "false"),
            ])
        {
            _environment[name] = value;
        }
    }

    private void Describe(char digit) => Say("description",
        $$"""{"fingerprint":"{{new string(digit, 64)}}","contextLength":8192,"hasChatTemplate":true,"givesEmbeddings":false}""");

    private void Say(string file, string content) => File.WriteAllText(_programs.PathOf(file), content);

    private string Made(string path)
    {
        var whole = Path.Combine(_repository, path);
        Directory.CreateDirectory(Path.GetDirectoryName(whole)!);
        return whole;
    }

    private void Write(string path, string content) => File.WriteAllText(Made(path), content);

    /// <summary>What the programs were asked by a run of the first hook that has gone well.</summary>
    private async Task<string[]> ProvisionAsync()
    {
        _programs.Forget();
        var result = await RunAsync("preprovision.sh");
        Assert.True(result.Code == 0, result.Told);
        return _programs.Calls;
    }

    private async Task<ScriptResult> RunAsync(string hook)
    {
        var result = await _programs.RunAsync(Path.Combine(_repository, "infra", "hooks", hook), _environment);
        foreach (Match set in Settings().Matches(string.Join('\n', _programs.Calls)))
        {
            _environment[set.Groups["name"].Value] = set.Groups["value"].Value;
        }

        return result;
    }

    [GeneratedRegex("^azd env set (?<name>[A-Z_]+) (?<value>.*)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000)]
    private static partial Regex Settings();
}
