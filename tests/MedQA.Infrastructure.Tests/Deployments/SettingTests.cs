using System.Text.Json;

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
        "AzureFunctionsJobHost__extensions__durableTask__hubName", "AzureFunctionsJobHost__extensions__durableTask__storageProvider__type",
        "AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName", "DURABLE_TASK_SCHEDULER_CONNECTION_STRING",
    ];

    /// <summary>What host and app read.</summary>
    private static readonly string[] Shared =
    [
        "MedQAData__blobServiceUri", "MedQAData__queueServiceUri", "MedQAData__tableServiceUri", "MedQAData__credential", "MedQAData__clientId", "APPLICATIONINSIGHTS_CONNECTION_STRING",
    ];

    private static readonly string[] Control =
        ["Model__Name", "Model__Fingerprint", "Model__ContextLength", "Model__HasChatTemplate", "Access__Mode", "Split__DefaultProfile", "Split__TokensPerSecond", "Limits__MaxQuestions"];

    private static readonly string[] ControlWithKeysAndLimits =
        ["Access__ReaderKey", "Access__RunnerKey", "Access__AdminKey", "Limits__MaxGeneratedTokens", "Limits__MaxComputeHours", "Retention__RunDays", "Retention__UploadDays"];

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
    public async Task The_orchestrations_are_kept_by_the_scheduler_with_the_apps_identity()
    {
        var settings = SettingsOf((await Deployment.PublicAsync()).App("medqa-control"));
        Assert.Equal("azureManaged", settings["AzureFunctionsJobHost__extensions__durableTask__storageProvider__type"]);
        Assert.Equal("medqa", settings["AzureFunctionsJobHost__extensions__durableTask__hubName"]);
        var named = settings["AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName"];
        Assert.Contains("Endpoint={0};Authentication=ManagedIdentity;ClientID={1}", settings[named], StringComparison.Ordinal);
        Assert.Contains("id-medqa-control", settings[named], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Both_apps_name_the_same_model_by_its_fingerprint()
    {
        foreach (var deployment in await Deployment.BothAsync())
        {
            Assert.Equal(SettingsOf(deployment.App("medqa-control"))["Model__Fingerprint"], SettingsOf(deployment.App("medqa-inference"))["Model__Fingerprint"]);
        }

        var control = SettingsOf((await Deployment.PublicAsync()).App("medqa-control"));
        Assert.Equal(("smollm2-135m-instruct", "8192", "true"), (control["Model__Name"], control["Model__ContextLength"], control["Model__HasChatTemplate"]));
        Assert.Equal("/models/baked", SettingsOf((await Deployment.PublicAsync()).App("medqa-inference"))["Model__Folder"]);
        Assert.Equal("/models/fetched", SettingsOf((await Deployment.PrivateAsync()).App("medqa-inference"))["Model__Folder"]);
    }

    [Fact]
    public async Task Keys_are_secrets_and_only_where_they_are_asked_for()
    {
        var withKeys = (await Deployment.PrivateAsync()).App("medqa-control");
        AssertSame(["reader-key", "runner-key", "admin-key"], withKeys["properties.configuration.secrets"].EnumerateArray().Select(static secret => secret.GetProperty("name").GetString()!));
        AssertSame(
            ["reader-key", "runner-key", "admin-key"],
            withKeys["properties.template.containers.0.env"].EnumerateArray().Where(static setting => setting.TryGetProperty("secretRef", out _)).Select(static setting => setting.GetProperty("secretRef").GetString()!));
        Assert.DoesNotContain("0123456789012345678901234567890", withKeys.ToString(), StringComparison.Ordinal);
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
            AssertSame(["/healthz", "/rate", "/rate/*", "/api/rating", "/api/rating/*", "/runtime/webhooks/blobs"], signIn["properties.globalValidation.excludedPaths"].EnumerateArray().Select(static path => path.GetString()!));
            Assert.Equal("99999999-9999-9999-9999-999999999999", signIn["properties.identityProviders.azureActiveDirectory.registration.clientId"].GetString());
        }
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
