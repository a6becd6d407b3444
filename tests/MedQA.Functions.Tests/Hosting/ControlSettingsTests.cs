using System.Text.Json;
using MedQA.Evaluation;
using MedQA.Functions.Hosting;
using MedQA.Functions.Settings;
using MedQA.Pipeline.Budgeting;
using MedQA.Web.Access;
using Microsoft.Extensions.Configuration;

namespace MedQA.Functions.Tests.Hosting;

public sealed class ControlSettingsTests
{
    private static readonly Dictionary<string, string?> Complete = new()
    {
        ["Model:Name"] = "a model",
        ["Model:Fingerprint"] = new string('0', 64),
        ["Model:ContextLength"] = "8192",
        ["Model:HasChatTemplate"] = "True",
        ["Access:Mode"] = "entraid",
        ["Limits:MaxQuestions"] = "1000",
        ["Limits:MaxComputeHours"] = "2.5",
        ["Limits:MaxGeneratedTokensPerDay"] = "5000000000",
        ["Limits:MaxComputeHoursPerDay"] = "24",
        ["Limits:MaxGeneratedTokensPerCallerPerDay"] = "1000000",
        ["Limits:MaxComputeHoursPerCallerPerDay"] = "1.5",
        ["Retention:RunDays"] = "90",
        ["Split:TokensPerSecond"] = "900",
        ["Split:BatchSize"] = "20",
    };

    [Fact]
    public void Notices_are_sent_to_the_addresses_of_the_settings_and_only_with_a_secret()
    {
        var given = new Dictionary<string, string?>(Complete) { ["Notices:Addresses"] = "team=https://example.com/token", ["WEBSITE_HOSTNAME"] = "medqa.example.com" };
        var message = Assert.Throws<InputException>(() => ControlSettings.Read(Of(given), emulator: false)).Message;
        Assert.StartsWith("App setting Notices__Secret is missing", message, StringComparison.Ordinal);

        given["Notices:Secret"] = "whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0";
        var notices = ControlSettings.Read(Of(given), emulator: false).Pipeline.Notices;
        Assert.Equal(("team", "Notices__Addresses", "https://medqa.example.com/"), (Assert.Single(notices.Addresses).Name, notices.Setting, notices.Service!.AbsoluteUri));

        given["Notices:Addresses"] = "team=http://example.com/token";
        message = Assert.Throws<InputException>(() => ControlSettings.Read(Of(given), emulator: false)).Message;
        Assert.StartsWith("App setting Notices__Addresses has an address for the name 'team'", message, StringComparison.Ordinal);
        Assert.DoesNotContain("token", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_are_read_by_their_names()
    {
        var settings = ControlSettings.Read(Of(Complete), emulator: false);
        var pipeline = settings.Pipeline;
        Assert.Equal(("a model", 8192, true), (pipeline.Model!.Name, pipeline.Model.ContextLength, pipeline.Model.HasChatTemplate));
        Assert.Equal((AccessMode.EntraId, 1000, 20, "self-consistency"), (settings.Access.Mode, pipeline.Advance.MaxQuestions, pipeline.Split.BatchSize, pipeline.Split.DefaultProfile));
        Assert.Equal((2.5, 90, null), (pipeline.Advance.MaxComputeHours, pipeline.Retention.RunDays, pipeline.Retention.UploadDays));
        var budget = new DayBudget
        {
            MaxGeneratedTokensPerDay = 5_000_000_000,
            MaxComputeHoursPerDay = 24,
            MaxGeneratedTokensPerCallerPerDay = 1_000_000,
            MaxComputeHoursPerCallerPerDay = 1.5,
            TokensPerSecond = 900,
        };
        Assert.Equal(budget, pipeline.Budget);
    }

    [Theory]
    [InlineData("Model:Fingerprint", null, "Model__Fingerprint")]
    [InlineData("Model:Fingerprint", "ABC", "64 digits")]
    [InlineData("Model:Name", "", "Model__Name")]
    [InlineData("Model:ContextLength", "many", "a number of tokens")]
    [InlineData("Model:ContextLength", "0", "more than 0")]
    [InlineData("Model:HasChatTemplate", null, "Model__HasChatTemplate")]
    [InlineData("Access:Mode", null, "Access__Mode")]
    [InlineData("Access:Mode", "1", "EntraId, Keys, Anyone")]
    [InlineData("Access:Mode", "Anyone", "emulator")]
    [InlineData("Limits:MaxQuestions", "1e3", "a number of questions")]
    [InlineData("Limits:MaxGeneratedTokensPerDay", "many", "Limits__MaxGeneratedTokensPerDay")]
    [InlineData("Limits:MaxComputeHoursPerCallerPerDay", "1h", "a number of hours")]
    [InlineData("Retention:RunDays", "a year", "a number of days")]
    public void What_cannot_be_used_is_refused_by_its_name(string name, string? value, string expected)
    {
        var changed = new Dictionary<string, string?>(Complete) { [name] = value };
        Assert.Contains(expected, Assert.Throws<InputException>(() => ControlSettings.Read(Of(changed), emulator: false)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Storage_without_settings_says_which_are_missing()
    {
        Assert.Contains("MedQAData__blobServiceUri", Assert.Throws<InputException>(() => DataStorage.Open(Of([]))).Message, StringComparison.Ordinal);
        Assert.Contains("connection string", Assert.Throws<InputException>(() => DataStorage.Open(Of(new() { ["MedQAData"] = "nonsense" }))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Storage", "MedQAData")]
    [InlineData("Storage:blobServiceUri", "MedQAData")]
    [InlineData("AzureWebJobsMedQAData", "another account")]
    [InlineData("AzureWebJobsMedQAData:queueServiceUri", "another account")]
    [InlineData("ConnectionStrings:MedQAData", "another account")]
    [InlineData("ConnectionStrings:AzureWebJobsMedQAData", "another account")]
    public void A_setting_that_would_make_the_triggers_listen_on_another_account_ends_the_start(string name, string expected)
    {
        var settings = Of(new() { ["MedQAData"] = "UseDevelopmentStorage=true", [name] = "UseDevelopmentStorage=true" });
        var message = Assert.Throws<InputException>(() => DataStorage.Open(settings)).Message;
        Assert.Contains(name.Split(':')[0], message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("STORAGE", "/mnt/data")]
    [InlineData("Storage", "")]
    [InlineData("StorageAccountName", "data")]
    public void A_setting_that_only_looks_like_the_former_connection_is_nobodys_business(string name, string value) =>
        Assert.True(DataStorage.IsEmulator(DataStorage.Open(Of(new() { ["MedQAData"] = "UseDevelopmentStorage=true", [name] = value }))));

    [Fact]
    public void The_settings_of_the_host_do_not_shadow_the_data_connection() =>
        Assert.DoesNotContain(
            DataStorage.Connection, (string[])["Storage", "Dashboard", "SecretStorage"], StringComparer.OrdinalIgnoreCase);

    [Fact]
    public void Storage_is_opened_by_identity_where_its_addresses_are_set_and_is_no_emulator()
    {
        var storage = DataStorage.Open(Of(new()
        {
            ["MedQAData:blobServiceUri"] = "https://data.blob.core.windows.net",
            ["MedQAData:queueServiceUri"] = "https://data.queue.core.windows.net",
            ["MedQAData:tableServiceUri"] = "https://data.table.core.windows.net",
            ["MedQAData:credential"] = "managedidentity",
            ["MedQAData:clientId"] = "6f1b3d5c-0000-0000-0000-000000000000",
        }));
        Assert.Equal("data", storage.Runs.AccountName);
        Assert.False(DataStorage.IsEmulator(storage));
        Assert.True(DataStorage.IsEmulator(DataStorage.Open(Of(new() { ["MedQAData"] = "UseDevelopmentStorage=true" }))));
    }

    [Fact]
    public void The_sample_settings_work_as_they_stand()
    {
        using var sample = JsonDocument.Parse(File.ReadAllBytes(Repository.PathOf("local.settings.sample.json")));
        var values = sample.RootElement.GetProperty("Values").EnumerateObject().ToDictionary(static value => value.Name.Replace("__", ":", StringComparison.Ordinal), static value => value.Value.GetString());
        var settings = Of(values);
        Assert.Equal("smollm2-135m-instruct", ControlSettings.Read(settings, DataStorage.IsEmulator(DataStorage.Open(settings))).Pipeline.Model!.Name);
    }

    private static AppSettings Of(Dictionary<string, string?> values) => new(new ConfigurationBuilder().AddInMemoryCollection(values).Build());
}
