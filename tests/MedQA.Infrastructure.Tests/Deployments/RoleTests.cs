using System.Text.RegularExpressions;

namespace MedQA.Infrastructure.Tests.Deployments;

/// <summary>Who may do what: every role assignment of a deployment, against the table of what each identity needs.</summary>
public sealed partial class RoleTests
{
    /// <summary>Names of built-in roles by their ids, from Azure's list of built-in roles.</summary>
    private static readonly Dictionary<string, string> RoleNames = new(StringComparer.Ordinal)
    {
        ["7f951dda-4ed3-4680-a7ca-43fe172d538d"] = "AcrPull",
        ["b7e6dc6d-f1e8-4753-8033-0f276bb0955b"] = "Storage Blob Data Owner",
        ["ba92f5b4-2d11-453d-a403-e96b0029c9fe"] = "Storage Blob Data Contributor",
        ["2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"] = "Storage Blob Data Reader",
        ["974c5e8b-45b9-4653-ba55-5f855dd0fb88"] = "Storage Queue Data Contributor",
        ["19e7f393-937e-4f77-808e-94535e297925"] = "Storage Queue Data Reader",
        ["c6a89b2d-59bc-44d0-9896-0f6e12d7b80a"] = "Storage Queue Data Message Sender",
        ["0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"] = "Storage Table Data Contributor",
        ["76199698-9eea-4c19-bc75-cec21354c6b6"] = "Storage Table Data Reader",
    };

    private const string Everywhere = """
        control | control host | Storage Blob Data Owner
        control | control host | Storage Queue Data Contributor
        control | control host | Storage Table Data Contributor
        control | data container prefixes | Storage Blob Data Reader
        control | data container question-sets | Storage Blob Data Contributor
        control | data container runs | Storage Blob Data Contributor
        control | data container studies | Storage Blob Data Contributor
        control | data queue advance | Storage Queue Data Contributor
        control | data queue advance-poison | Storage Queue Data Contributor
        control | data queue question-batches | Storage Queue Data Message Sender
        control | data queue question-batches | Storage Queue Data Reader
        control | data queue question-batches-poison | Storage Queue Data Contributor
        control | data queue question-batches-poison-poison | Storage Queue Data Contributor
        control | data queue uploads | Storage Queue Data Contributor
        control | data queue uploads-poison | Storage Queue Data Contributor
        control | data queue uploads-poison-poison | Storage Queue Data Contributor
        control | data queue webjobs-blobtrigger-poison | Storage Queue Data Contributor
        control | data queue webjobs-blobtrigger-poison-poison | Storage Queue Data Contributor
        control | data table Answers | Storage Table Data Contributor
        control | data table Batches | Storage Table Data Contributor
        control | data table Ratings | Storage Table Data Contributor
        control | data table Runs | Storage Table Data Contributor
        control | data table Scores | Storage Table Data Contributor
        control | registry | AcrPull
        event topic | data container event-dead-letters | Storage Blob Data Contributor
        inference | data container prefixes | Storage Blob Data Reader
        inference | data container runs | Storage Blob Data Contributor
        inference | data queue advance | Storage Queue Data Message Sender
        inference | data queue question-batches | Storage Queue Data Contributor
        inference | data queue question-batches-poison | Storage Queue Data Contributor
        inference | data table Batches | Storage Table Data Contributor
        inference | data table Runs | Storage Table Data Reader
        inference | inference host | Storage Blob Data Owner
        inference | inference host | Storage Table Data Contributor
        inference | registry | AcrPull
        uploader | data container question-sets | Storage Blob Data Contributor
        """;

    [Fact]
    public async Task Each_identity_has_exactly_the_roles_it_needs() => Assert.Equal(Everywhere.Split('\n'), AssignmentsOf(await Deployment.PublicAsync()));

    [Fact]
    public async Task A_private_deployment_lets_the_topic_send_uploads_and_the_workers_read_models() => Assert.Equal(
        Everywhere.Split('\n').Concat(["event topic | data queue uploads | Storage Queue Data Message Sender", "inference | data container models | Storage Blob Data Reader"]).Order(StringComparer.Ordinal),
        AssignmentsOf(await Deployment.PrivateAsync()));

    [Theory]
    [InlineData("control", "MedQA.Functions")]
    [InlineData("inference", "MedQA.Functions.Inference")]
    public async Task An_app_may_write_to_the_queues_of_its_triggers_and_to_their_poison_queues(string identity, string project)
    {
        var assignments = AssignmentsOf(await Deployment.PublicAsync());
        Assert.All(
            AppSource.Of(project).TriggerQueues.SelectMany(static queue => (string[])[queue, $"{queue}-poison"]),
            queue => Assert.Contains($"{identity} | data queue {queue} | Storage Queue Data Contributor", assignments));
    }

    [Fact]
    public async Task Every_assignment_has_a_name_of_its_own_and_says_what_kind_its_principal_is() =>
        Assert.All(await Deployment.BothAsync(), static deployment =>
        {
            var assignments = deployment.Of("Microsoft.Authorization/roleAssignments").ToArray();
            Assert.Equal(assignments.Length, assignments.Select(static assignment => assignment.Name).Distinct().Count());
            Assert.All(assignments, static assignment => Assert.Equal(Uploader(assignment) ? "User" : "ServicePrincipal", assignment["properties.principalType"].GetString()));
        });

    private static string[] AssignmentsOf(Deployment deployment) =>
        [.. deployment.Of("Microsoft.Authorization/roleAssignments").Select(static assignment => $"{PrincipalOf(assignment)} | {ScopeOf(assignment)} | {RoleOf(assignment)}").Order(StringComparer.Ordinal)];

    private static bool Uploader(AzureResource assignment) => assignment["properties.principalId"].GetString() == "88888888-8888-8888-8888-888888888888";

    private static string PrincipalOf(AzureResource assignment)
    {
        var principal = assignment["properties.principalId"].GetString()!;
        return Uploader(assignment) ? "uploader"
            : principal.Contains("userAssignedIdentities/id-medqa-control'", StringComparison.Ordinal) ? "control"
            : principal.Contains("userAssignedIdentities/id-medqa-inference'", StringComparison.Ordinal) ? "inference"
            : principal.Contains("Microsoft.EventGrid/systemTopics/", StringComparison.Ordinal) ? "event topic"
            : throw new InvalidOperationException($"Whose is {principal}?");
    }

    private static string RoleOf(AzureResource assignment)
    {
        var id = assignment["properties.roleDefinitionId"].GetString()!;
        return RoleNames[id[(id.LastIndexOf('/') + 1)..]];
    }

    private static string ScopeOf(AzureResource assignment)
    {
        var scope = assignment.Id[..assignment.Id.LastIndexOf("/providers/Microsoft.Authorization/", StringComparison.Ordinal)];
        var parts = Scopes().Match(scope);
        Assert.True(parts.Success, scope);
        return parts switch
        {
            _ when parts.Groups["part"].Success => $"data {parts.Groups["kind"].Value} {parts.Groups["part"].Value}",
            _ when parts.Groups["registry"].Success => "registry",
            _ when parts.Groups["host"].Value == "ctl" => "control host",
            _ => "inference host",
        };
    }

    [GeneratedRegex(
        """
        ^/subscriptions/[^/]+/resourceGroups/rg-Test/providers/
        (
            Microsoft\.Storage/storageAccounts/medqadata[a-z0-9]{13}/(blob|queue|table)Services/default/(?<kind>container|queue|table)s/(?<part>[A-Za-z-]+)
            | Microsoft\.Storage/storageAccounts/medqa(?<host>ctl|inf)[a-z0-9]{13}
            | Microsoft\.ContainerRegistry/registries/(?<registry>medqa[a-z0-9]{13})
        )$
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000)]
    private static partial Regex Scopes();
}
