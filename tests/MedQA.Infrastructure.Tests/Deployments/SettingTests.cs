using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MedQA.Infrastructure.Tests.Deployments;

/// <summary>The app settings: each one that an app must have is given, none that nobody reads, and no secret stands in one.</summary>
public sealed class SettingTests
{
    /// <summary>What the Functions host reads itself.</summary>
    private static readonly string[] Host =
    [
        "FUNCTIONS_WORKER_RUNTIME", "FUNCTIONS_EXTENSION_VERSION", "AzureFunctionsWebHost__hostid", "AzureWebJobsSecretStorageType",
        "AzureWebJobsStorage__blobServiceUri", "AzureWebJobsStorage__queueServiceUri", "AzureWebJobsStorage__tableServiceUri", "AzureWebJobsStorage__credential", "AzureWebJobsStorage__clientId",
    ];

    /// <summary>What the control app's host and its extensions read.</summary>
    private static readonly string[] ControlHost =
    [
        "AzureWebJobsDisableHomepage", "AzureWebJobs_OnBlobEvent_Disabled", "AzureWebJobs_OnBlobFound_Disabled", "AzureWebJobs_OnUploadMessage_Disabled",
        "WEBSITE_HOSTNAME", "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT",
    ];

    /// <summary>What host and app read.</summary>
    private static readonly string[] Shared =
    [
        "MedQAData__blobServiceUri", "MedQAData__queueServiceUri", "MedQAData__tableServiceUri", "MedQAData__credential", "MedQAData__clientId", "APPLICATIONINSIGHTS_CONNECTION_STRING",
    ];

    private static readonly string[] Control =
        ["Model__Name", "Model__Fingerprint", "Model__ContextLength", "Model__HasChatTemplate", "Model__GivesEmbeddings", "Access__Mode",
            "Split__DefaultProfile", "Split__TokensPerSecond", "Limits__MaxQuestions"];

    private static readonly string[] ControlWithKeysAndLimits =
        ["Access__ReaderKey", "Access__RunnerKey", "Access__AdminKey", "Notices__Addresses", "Notices__Secret", "Limits__MaxGeneratedTokens", "Limits__MaxComputeHours",
            "Retention__RunDays", "Retention__UploadDays", "Limits__MaxGeneratedTokensPerDay", "Limits__MaxComputeHoursPerDay",
            "Limits__MaxGeneratedTokensPerCallerPerDay", "Limits__MaxComputeHoursPerCallerPerDay"];

    private static readonly string[] Inference = ["Model__Folder", "Model__Provider", "Model__Fingerprint"];

    [Fact]
    public async Task The_control_app_gets_its_settings_and_no_other()
    {
        AssertSame([.. Host, .. ControlHost, .. Shared, .. Control], SettingsOf((await Deployment.PublicAsync()).App("medqa-control")).Keys);
        AssertSame([.. Host, .. ControlHost, .. Shared, .. Control, .. ControlWithKeysAndLimits], SettingsOf((await Deployment.PrivateAsync()).App("medqa-control")).Keys);
    }

    [Fact]
    public async Task The_inference_app_gets_its_settings_and_no_other()
    {
        foreach (var deployment in await Deployment.BothAsync())
        {
            AssertSame([.. Host, .. Shared, .. Inference], SettingsOf(deployment.App("medqa-inference")).Keys);
        }
    }

    [Theory]
    [InlineData("medqa-control", "MedQA.Functions")]
    [InlineData("medqa-inference", "MedQA.Functions.Inference")]
    public async Task An_apps_code_reads_every_setting_that_is_for_it_and_gets_every_one_that_it_needs(string app, string project)
    {
        var code = AppSource.Of(project);
        foreach (var deployment in await Deployment.BothAsync())
        {
            var given = SettingsOf(deployment.App(app)).Keys.ToHashSet(StringComparer.Ordinal);
            Assert.Subset(code.ReadSettings, given.Except(Host).Except(ControlHost).ToHashSet(StringComparer.Ordinal));
            Assert.NotEmpty(code.NeededSettings);
            Assert.Subset(given, code.NeededSettings);
        }
    }

    [Fact]
    public void A_function_stands_behind_every_switch_and_the_webhook() =>
        Assert.All((string[])["OnBlobEvent", "OnBlobFound", "OnUploadMessage"], static function => Assert.Contains($"[Function(nameof({function}))]", AppSource.Of("MedQA.Functions").Text, StringComparison.Ordinal));

    [Fact]
    public async Task Every_storage_connection_is_by_the_apps_own_identity_to_its_own_account()
    {
        foreach (var app in (await Deployment.PublicAsync()).Of("Microsoft.App/containerApps"))
        {
            var settings = SettingsOf(app);
            foreach (var connection in (string[])["AzureWebJobsStorage", "MedQAData"])
            {
                Assert.Equal("managedidentity", settings[$"{connection}__credential"]);
                Assert.Contains($"userAssignedIdentities/id-{app.Name}', '2024-11-30').clientId", settings[$"{connection}__clientId"], StringComparison.Ordinal);
                var module = connection == "MedQAData" ? "data-" : app.Name == "medqa-control" ? "controlHost-" : "inferenceHost-";
                foreach (var service in (string[])["blob", "queue", "table"])
                {
                    Assert.Contains(module, settings[$"{connection}__{service}ServiceUri"], StringComparison.Ordinal);
                    Assert.EndsWith($".outputs.endpoints.value.{service}]", settings[$"{connection}__{service}ServiceUri"], StringComparison.Ordinal);
                }
            }

            Assert.Equal(app.Name, settings["AzureFunctionsWebHost__hostid"]);
            Assert.Matches("^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$", app.Name);
        }
    }

    [Fact]
    public async Task Exactly_one_source_of_uploads_is_on()
    {
        AssertSame(["OnBlobEvent"], SourcesOf(await Deployment.PublicAsync()));
        AssertSame(["OnUploadMessage"], SourcesOf(await Deployment.PrivateAsync()));
    }

    [Fact]
    public void The_orchestrations_are_kept_in_the_hosts_own_account_as_everywhere_else()
    {
        // No provider and no connection of their own: Azure Storage, by AzureWebJobsStorage. Its roles are in RoleTests, its endpoints in
        // NetworkTests.
        var durable = HostOf("MedQA.Functions").GetProperty("extensions").GetProperty("durableTask");
        Assert.False(durable.TryGetProperty("storageProvider", out _));
        Assert.Equal("MedQA", durable.GetProperty("hubName").GetString());
    }

    [Fact]
    public void A_run_is_one_trace_over_the_steps_of_its_orchestration() =>
        Assert.Equal("""{"distributedTracingEnabled":true,"version":"V2"}""",
            JsonSerializer.Serialize(HostOf("MedQA.Functions").GetProperty("extensions").GetProperty("durableTask")
            .GetProperty("tracing")));

    [Fact]
    public async Task The_control_apps_host_knows_the_address_at_which_the_app_answers()
    {
        foreach (var deployment in await Deployment.BothAsync())
        {
            var app = deployment.App("medqa-control");

            // An app that answers outside of its environment has its name right below the environment's domain; one that does not has
            // ".internal" between, also in a private environment.
            Assert.True(app["properties.configuration.ingress.external"].GetBoolean());
            var host = Regex.Match(SettingsOf(app)["WEBSITE_HOSTNAME"],
                @"^\[format\('\{0\}\.\{1\}', '(?<app>[^']+)', reference\((?<from>.+)\)\.outputs\.defaultDomain\.value\)\]$",
                RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));
            Assert.True(host.Success, SettingsOf(app)["WEBSITE_HOSTNAME"]);
            Assert.Equal(app.Name, host.Groups["app"].Value);

            // From the environment, which is made before any app: nothing that the app itself must first be made for.
            Assert.Contains("'Microsoft.Resources/deployments', format('environment-{0}'", host.Groups["from"].Value,
                StringComparison.Ordinal);
            Assert.DoesNotContain("fqdn", app.ToString(), StringComparison.OrdinalIgnoreCase);
            Assert.Contains("output defaultDomain string = environment.properties.defaultDomain\n",
                File.ReadAllText(Repository.PathOf("infra", "modules", "environment.bicep")), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_inference_app_calls_nobody_by_its_own_address()
    {
        // The address is for webhooks of extensions and for durable clients.
        Assert.DoesNotContain("DurableClient", AppSource.Of("MedQA.Functions.Inference").Text, StringComparison.Ordinal);
        Assert.DoesNotContain("EventGrid", AppSource.Of("MedQA.Functions.Inference").Text, StringComparison.Ordinal);
        Assert.DoesNotContain("WEBSITE_HOSTNAME", SettingsOf((await Deployment.PublicAsync()).App("medqa-inference")).Keys);
    }

    [Fact]
    public async Task The_host_lets_through_what_the_app_refuses_with_a_reason()
    {
        var most = Regex.Match(File.ReadAllText(Repository.PathOf("src", "MedQA.Web", "Api.cs")),
            @"long MaxUploadBytes \{ get; init; \} = (?<count>\d+)L << 20;", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));
        Assert.True(most.Success);
        var limit = long.Parse(SettingsOf((await Deployment.PublicAsync()).App("medqa-control"))["FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"],
            CultureInfo.InvariantCulture);
        Assert.True(limit >= 4 * (long.Parse(most.Groups["count"].Value, CultureInfo.InvariantCulture) << 20),
            $"The host ends bodies of {limit} bytes itself.");
    }

    [Fact]
    public async Task Both_apps_name_the_same_model_by_its_fingerprint()
    {
        foreach (var deployment in await Deployment.BothAsync())
        {
            Assert.Equal(SettingsOf(deployment.App("medqa-control"))["Model__Fingerprint"], SettingsOf(deployment.App("medqa-inference"))["Model__Fingerprint"]);
        }

        var control = SettingsOf((await Deployment.PublicAsync()).App("medqa-control"));
        Assert.Equal(("smollm2-135m-instruct", "8192", "true", "false"),
            (control["Model__Name"], control["Model__ContextLength"], control["Model__HasChatTemplate"],
            control["Model__GivesEmbeddings"]));
        Assert.Equal("true", SettingsOf((await Deployment.PrivateAsync()).App("medqa-control"))["Model__GivesEmbeddings"]);
        Assert.Equal("/models/baked", SettingsOf((await Deployment.PublicAsync()).App("medqa-inference"))["Model__Folder"]);
        Assert.Equal("/models/fetched", SettingsOf((await Deployment.PrivateAsync()).App("medqa-inference"))["Model__Folder"]);
    }

    [Fact]
    public async Task Each_limit_of_a_day_is_the_parameter_of_its_name_and_none_is_set_where_it_is_0()
    {
        var limited = SettingsOf((await Deployment.PrivateAsync()).App("medqa-control"));
        Assert.Equal(
            ("5000000", "48", "500000", "6"),
            (limited["Limits__MaxGeneratedTokensPerDay"], limited["Limits__MaxComputeHoursPerDay"],
                limited["Limits__MaxGeneratedTokensPerCallerPerDay"], limited["Limits__MaxComputeHoursPerCallerPerDay"]));
        Assert.DoesNotContain(SettingsOf((await Deployment.PublicAsync()).App("medqa-control")).Keys, static name =>
            name.EndsWith("PerDay", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Keys_and_notices_are_secrets_and_only_where_they_are_asked_for()
    {
        var withKeys = (await Deployment.PrivateAsync()).App("medqa-control");
        string[] secrets = ["reader-key", "runner-key", "admin-key", "notice-addresses", "notice-secret"];
        AssertSame(secrets, withKeys["properties.configuration.secrets"].EnumerateArray().Select(static secret => secret.GetProperty("name").GetString()!));
        AssertSame(
            secrets,
            withKeys["properties.template.containers.0.env"].EnumerateArray().Where(static setting => setting.TryGetProperty("secretRef", out _)).Select(static setting => setting.GetProperty("secretRef").GetString()!));
        Assert.DoesNotContain("01234567890123456789", withKeys.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, (await Deployment.PublicAsync()).App("medqa-control")["properties.configuration.secrets"].GetArrayLength());
    }

    [Fact]
    public async Task The_sign_in_stands_wherever_the_app_believes_it()
    {
        foreach (var deployment in await Deployment.BothAsync())
        {
            var signIns = deployment.Of("Microsoft.App/containerApps/authConfigs").ToArray();
            if (SettingsOf(deployment.App("medqa-control"))["Access__Mode"] == "Keys")
            {
                Assert.Empty(signIns);
                continue;
            }

            var signIn = Assert.Single(signIns);
            Assert.Equal("medqa-control/current", signIn.Name);
            Assert.True(signIn["properties.platform.enabled"].GetBoolean());
            Assert.Equal("RedirectToLoginPage", signIn["properties.globalValidation.unauthenticatedClientAction"].GetString());
            AssertSame(["/healthz", "/runtime/webhooks/blobs", .. RaterPaths.All],
                signIn["properties.globalValidation.excludedPaths"].EnumerateArray().Select(static path => path.GetString()!));
            Assert.Equal("99999999-9999-9999-9999-999999999999", signIn["properties.identityProviders.azureActiveDirectory.registration.clientId"].GetString());
        }
    }

    /// <summary>The host.json that is published with an app, wherever the repository keeps it.</summary>
    private static JsonElement HostOf(string project)
    {
        var beside = Repository.PathOf("src", project, "host.json");
        using var host = JsonDocument.Parse(File.ReadAllText(File.Exists(beside) ? beside : Repository.PathOf("host.json")));
        return host.RootElement.Clone();
    }

    private static IEnumerable<string> SourcesOf(Deployment deployment) =>
        from setting in SettingsOf(deployment.App("medqa-control"))
        where setting.Key.EndsWith("_Disabled", StringComparison.Ordinal) && setting.Value == "false"
        select setting.Key.Split('_')[1];

    /// <summary>The settings of an app, by name; a secret's value is empty. A setting that is given twice fails.</summary>
    private static Dictionary<string, string> SettingsOf(AzureResource app) => app["properties.template.containers.0.env"].EnumerateArray()
        .ToDictionary(static setting => setting.GetProperty("name").GetString()!, static setting => setting.TryGetProperty("value", out JsonElement value) ? value.GetString()! : "", StringComparer.Ordinal);

    private static void AssertSame(IEnumerable<string> expected, IEnumerable<string> actual) => Assert.Equal(expected.Order(StringComparer.Ordinal), actual.Order(StringComparer.Ordinal));
}
