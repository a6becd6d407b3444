using System.Text.Json;
using System.Text.RegularExpressions;
using MedQA.Infrastructure.Tests.Compilation;

namespace MedQA.Infrastructure.Tests.Deployments;

/// <summary>How the control app hears of uploads.</summary>
public sealed class UploadEventTests
{
    [Fact]
    public async Task A_public_deployment_makes_the_topic_and_leaves_the_subscription_to_the_hook()
    {
        var deployment = await Deployment.PublicAsync();
        var topic = deployment.Only("Microsoft.EventGrid/systemTopics");
        Assert.Equal("SystemAssigned", topic["identity.type"].GetString());
        Assert.Equal("Microsoft.Storage.StorageAccounts", topic["properties.topicType"].GetString());
        Assert.Contains("/storageAccounts/medqadata", topic["properties.source"].GetString()!, StringComparison.Ordinal);
        Assert.Empty(deployment.Of("Microsoft.EventGrid/systemTopics/eventSubscriptions"));
    }

    [Fact]
    public async Task A_private_deployment_delivers_to_the_queue_of_uploads_by_the_topics_identity()
    {
        var subscription = (await Deployment.PrivateAsync()).Only("Microsoft.EventGrid/systemTopics/eventSubscriptions");
        var delivery = subscription["properties.deliveryWithResourceIdentity"];
        Assert.Equal("SystemAssigned", delivery.GetProperty("identity").GetProperty("type").GetString());
        Assert.Equal("StorageQueue", delivery.GetProperty("destination").GetProperty("endpointType").GetString());
        Assert.Equal("uploads", delivery.GetProperty("destination").GetProperty("properties").GetProperty("queueName").GetString());
        Assert.Equal(-1, delivery.GetProperty("destination").GetProperty("properties").GetProperty("queueMessageTimeToLiveInSeconds").GetInt32());
        Assert.Null(subscription.Find("properties.destination"));
    }

    [Fact]
    public async Task Both_subscriptions_want_finished_blobs_of_question_sets_only_and_keep_what_cannot_be_delivered()
    {
        using var webhook = await WebhookAsync();
        var byQueue = (await Deployment.PrivateAsync()).Only("Microsoft.EventGrid/systemTopics/eventSubscriptions")["properties"];
        foreach (var properties in (JsonElement[])[byQueue, SubscriptionOf(webhook)])
        {
            Assert.Equal(
                """{"includedEventTypes":["Microsoft.Storage.BlobCreated"],"subjectBeginsWith":"/blobServices/default/containers/question-sets/"}""",
                JsonSerializer.Serialize(properties.GetProperty("filter")));
            Assert.Equal("EventGridSchema", properties.GetProperty("eventDeliverySchema").GetString());
            Assert.Equal("event-dead-letters", properties.GetProperty("deadLetterWithResourceIdentity").GetProperty("deadLetterDestination").GetProperty("properties").GetProperty("blobContainerName").GetString());
            Assert.Equal("SystemAssigned", properties.GetProperty("deadLetterWithResourceIdentity").GetProperty("identity").GetProperty("type").GetString());
        }
    }

    [Fact]
    public async Task The_webhooks_address_with_its_key_is_a_secret()
    {
        using var webhook = await WebhookAsync();
        Assert.Equal("securestring", webhook.RootElement.GetProperty("parameters").GetProperty("webhookUrl").GetProperty("type").GetString());
        Assert.Equal("WebHook", SubscriptionOf(webhook).GetProperty("destination").GetProperty("endpointType").GetString());
    }

    [Fact]
    public void The_hook_calls_the_blob_extensions_webhook_with_every_parameter_of_the_template()
    {
        var hook = File.ReadAllText(Repository.PathOf("infra", "hooks", "postprovision.sh"));
        Assert.Contains("/runtime/webhooks/blobs?functionName=Host.Functions.OnBlobEvent&code=", hook, StringComparison.Ordinal);
        Assert.Contains("upload-webhook.bicep", hook, StringComparison.Ordinal);
        var parameters = Regex.Matches(File.ReadAllText(Repository.PathOf("infra", "upload-webhook.bicep")), @"^param (?<name>\w+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)).Select(static match => match.Groups["name"].Value);
        Assert.All(parameters, parameter => Assert.Contains(parameter, hook, StringComparison.Ordinal));
    }

    private static async Task<JsonDocument> WebhookAsync() =>
        JsonDocument.Parse((await BicepCompiler.BuildAsync("upload-webhook.bicep")).Output);

    private static JsonElement SubscriptionOf(JsonDocument template)
    {
        var resources = template.RootElement.GetProperty("resources");
        var all = resources.ValueKind == JsonValueKind.Array ? resources.EnumerateArray() : resources.EnumerateObject().Select(static resource => resource.Value);
        return all.Single(static resource => resource.GetProperty("type").GetString() == "Microsoft.EventGrid/systemTopics/eventSubscriptions").GetProperty("properties");
    }
}
