using System.Text.Json;

namespace MedQA.Infrastructure.Tests.Deployments;

/// <summary>The two apps: where they run, how many, and how they begin and end.</summary>
public sealed class AppTests
{
    [Fact]
    public async Task Both_are_Functions_apps_by_digest_with_one_revision_and_without_scale_rules_of_their_own() =>
        Assert.All((await Deployment.BothAsync()).SelectMany(static deployment => deployment.Of("Microsoft.App/containerApps")), static app =>
        {
            Assert.Equal("functionapp", app["kind"].GetString());
            Assert.Matches("^registry\\.example/medqa-(control|inference)@sha256:[0-9a-f]{64}$", app["properties.template.containers.0.image"].GetString()!);
            Assert.Equal("Single", app["properties.configuration.activeRevisionsMode"].GetString());
            Assert.Null(app.Find("properties.template.scale.rules"));
            Assert.Equal(120, app["properties.template.terminationGracePeriodSeconds"].GetInt32());
        });

    [Fact]
    public async Task The_control_app_always_has_as_many_replicas_as_are_asked_for_and_answers_outside()
    {
        // The platform does not scale Durable Functions on Azure Storage: the number must be above zero, and be the same at all times.
        foreach (var (deployment, replicas) in ((Deployment, int)[])
            [(await Deployment.PublicAsync(), 1), (await Deployment.PrivateAsync(), 3)])
        {
            var scale = deployment.App("medqa-control")["properties.template.scale"];
            Assert.Equal((replicas, replicas), (scale.GetProperty("minReplicas").GetInt32(), scale.GetProperty("maxReplicas").GetInt32()));
        }

        var app = (await Deployment.PublicAsync()).App("medqa-control");
        Assert.Equal("Consumption", app["properties.workloadProfileName"].GetString());
        Assert.True(app["properties.configuration.ingress.external"].GetBoolean());
        Assert.False(app["properties.configuration.ingress.allowInsecure"].GetBoolean());
    }

    [Fact]
    public async Task The_workers_end_at_none_run_on_the_GPU_profile_and_answer_inside_only()
    {
        var app = (await Deployment.PublicAsync()).App("medqa-inference");
        Assert.Equal(0, app["properties.template.scale.minReplicas"].GetInt32());
        Assert.Equal(2, app["properties.template.scale.maxReplicas"].GetInt32());
        Assert.Equal("gpu", app["properties.workloadProfileName"].GetString());
        Assert.False(app["properties.configuration.ingress.external"].GetBoolean());
    }

    [Fact]
    public void A_message_of_the_queue_is_a_worker()
    {
        // The platform reads its scale rule from here.
        using var host = JsonDocument.Parse(File.ReadAllText(Repository.PathOf("src", "MedQA.Functions.Inference", "host.json")));
        var queues = host.RootElement.GetProperty("extensions").GetProperty("queues");
        Assert.Equal((1, 0), (queues.GetProperty("batchSize").GetInt32(), queues.GetProperty("newBatchThreshold").GetInt32()));
    }

    [Fact]
    public async Task A_worker_takes_the_whole_share_of_its_profile()
    {
        Assert.Equal((8.0, "56Gi"), SizeOf((await Deployment.PublicAsync()).App("medqa-inference")));
        Assert.Equal((24.0, "220Gi"), SizeOf((await Deployment.PrivateAsync()).App("medqa-inference")));
    }

    [Fact]
    public async Task The_environment_has_the_profiles_that_the_apps_name_and_a_dedicated_one_has_limits()
    {
        Assert.Equal(
            """[{"name":"Consumption","workloadProfileType":"Consumption"},{"name":"gpu","workloadProfileType":"Consumption-GPU-NC8as-T4"}]""",
            JsonSerializer.Serialize((await Deployment.PublicAsync()).Only("Microsoft.App/managedEnvironments")["properties.workloadProfiles"]));
        Assert.Equal(
            """{"name":"gpu","workloadProfileType":"NC24-A100","minimumCount":0,"maximumCount":2}""",
            JsonSerializer.Serialize((await Deployment.PrivateAsync()).Only("Microsoft.App/managedEnvironments")["properties.workloadProfiles.1"]));
    }

    [Fact]
    public async Task Logs_go_to_the_workspace_without_its_key()
    {
        var deployment = await Deployment.PublicAsync();
        Assert.Equal("azure-monitor", deployment.Only("Microsoft.App/managedEnvironments")["properties.appLogsConfiguration.destination"].GetString());
        Assert.Equal(["ContainerAppConsoleLogs", "ContainerAppSystemLogs"], deployment.Only("Microsoft.Insights/diagnosticSettings")["properties.logs"].EnumerateArray().Select(static log => log.GetProperty("category").GetString()));
    }

    [Fact]
    public async Task Probes_and_ingress_use_the_port_that_both_images_listen_on()
    {
        foreach (var app in (await Deployment.BothAsync()).SelectMany(static deployment => deployment.Of("Microsoft.App/containerApps")))
        {
            Assert.Equal(8080, app["properties.configuration.ingress.targetPort"].GetInt32());
            var probes = app["properties.template.containers.0.probes"].EnumerateArray().ToDictionary(static probe => probe.GetProperty("type").GetString()!);
            Assert.Equal(["Liveness", "Readiness", "Startup"], probes.Keys.Order(StringComparer.Ordinal));
            Assert.Equal("/healthz", probes["Readiness"].GetProperty("httpGet").GetProperty("path").GetString());
            Assert.All(probes.Values, static probe => Assert.Equal(8080, (probe.TryGetProperty("tcpSocket", out var way) ? way : probe.GetProperty("httpGet")).GetProperty("port").GetInt32()));

            // Container Apps takes no more.
            Assert.All(probes.Values, static probe => Assert.InRange(probe.GetProperty("failureThreshold").GetInt32(), 1, 10));
        }

        Assert.All((string[])["control", "inference"], static image =>
            Assert.Contains("ASPNETCORE_URLS=http://+:8080", File.ReadAllText(Repository.PathOf("infra", "docker", $"{image}.Dockerfile")), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_app_has_its_own_identity_and_pulls_with_it() =>
        Assert.All((await Deployment.PublicAsync()).Of("Microsoft.App/containerApps"), static app =>
        {
            Assert.Equal("UserAssigned", app["identity.type"].GetString());
            var identity = Assert.Single(app["identity.userAssignedIdentities"].EnumerateObject()).Name;
            Assert.EndsWith($"/userAssignedIdentities/id-{app.Name}", identity, StringComparison.Ordinal);
            Assert.Equal(identity, app["properties.configuration.registries.0.identity"].GetString());
            Assert.Equal(identity, app["properties.configuration.identitySettings.0.identity"].GetString());
            Assert.Equal("Main", app["properties.configuration.identitySettings.0.lifecycle"].GetString());
        });

    [Fact]
    public async Task A_model_that_is_not_in_the_image_is_fetched_by_identity_into_an_empty_folder_and_checked()
    {
        var app = (await Deployment.PrivateAsync()).App("medqa-inference");
        Assert.Equal("All", app["properties.configuration.identitySettings.0.lifecycle"].GetString());
        var fetch = app["properties.template.initContainers.0"];
        Assert.Equal(["/opt/medqa/fetch-model"], fetch.GetProperty("command").EnumerateArray().Select(static part => part.GetString()));
        var arguments = fetch.GetProperty("args").EnumerateArray().Select(static part => part.GetString()!).ToArray();
        Assert.Contains("'{0}models/{1}'", arguments[0], StringComparison.Ordinal);
        Assert.Equal([new string('0', 63) + "3", "/models/fetched"], arguments[1..]);
        Assert.Equal("AZURE_CLIENT_ID", fetch.GetProperty("env")[0].GetProperty("name").GetString());
        Assert.Equal("EmptyDir", app["properties.template.volumes.0.storageType"].GetString());
        Assert.Equal("/models/fetched", app["properties.template.containers.0.volumeMounts.0.mountPath"].GetString());
        Assert.Equal("/models/fetched", fetch.GetProperty("volumeMounts")[0].GetProperty("mountPath").GetString());

        var control = (await Deployment.PrivateAsync()).App("medqa-control");
        Assert.Equal(0, control["properties.template.initContainers"].GetArrayLength());
    }

    [Fact]
    public async Task Nothing_is_mounted_where_the_model_is_in_the_image()
    {
        var app = (await Deployment.PublicAsync()).App("medqa-inference");
        Assert.All((string[])["properties.template.initContainers", "properties.template.volumes", "properties.template.containers.0.volumeMounts"], path => Assert.Equal(0, app[path].GetArrayLength()));
    }

    [Fact]
    public async Task The_registry_knows_no_passwords()
    {
        var registry = (await Deployment.PublicAsync()).Only("Microsoft.ContainerRegistry/registries");
        Assert.False(registry["properties.adminUserEnabled"].GetBoolean());
        Assert.False(registry["properties.anonymousPullEnabled"].GetBoolean());
    }

    [Fact]
    public async Task The_budget_tells_people_in_time()
    {
        var budget = (await Deployment.PublicAsync()).Only("Microsoft.Consumption/budgets");
        Assert.All(budget["properties.notifications"].EnumerateObject(), static told =>
            Assert.Equal(["budget@example.org", "money@example.org"], told.Value.GetProperty("contactEmails").EnumerateArray().Select(static email => email.GetString())));
        Assert.Equal(200, budget["properties.amount"].GetInt32());
        Assert.Equal([(80, "Actual"), (100, "Forecasted")], budget["properties.notifications"].EnumerateObject().Select(static told => (told.Value.GetProperty("threshold").GetInt32(), told.Value.GetProperty("thresholdType").GetString()!)));
    }

    private static (double Cpu, string Memory) SizeOf(AzureResource app) =>
        (app["properties.template.containers.0.resources.cpu"].GetDouble(), app["properties.template.containers.0.resources.memory"].GetString()!);
}
