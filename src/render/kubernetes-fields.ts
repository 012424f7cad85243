/**
 * The fields of Kubernetes' own kinds, for renders and lint. Written by `scripts/kubernetes-types.ts`.
 *
 * Each line defines a type, to which other lines refer by its number, counted from 0. It has groups of fields: a code
 * for what the fields hold, a colon, and their names. The codes: none for a text, `!` for bytes in base64, `=a|b` for
 * one of these texts (`_` is a blank), `#` for a whole number, `%` for a number, `?` for a boolean, `~` for a quantity,
 * `&` for a whole number or a text, `*` for anything, a number for that type, `[` and `{` for a list and a map of what
 * the rest of the code says. A name that ends with `^` is that of a field that must be there.
 */
export const TYPES = `
:apiVersion^,kind^,name^,uid^ ?:blockOwnerDeletion,controller
{:annotations,labels *:creationTimestamp,deletionTimestamp,managedFields #:deletionGracePeriodSeconds,generation [:finalizers :generateName,name,namespace,resourceVersion,selfLink,uid [0:ownerReferences
:expression^,name^
[:apiGroups,apiVersions,resourceNames,resources [=*|CONNECT|CREATE|DELETE|UPDATE:operations =*|Cluster|Namespaced:scope
:key^,operator^ [:values
[4:matchExpressions {:matchLabels
[3:excludeResourceRules,resourceRules =Equivalent|Exact:matchPolicy 5:namespaceSelector,objectSelector
:expression
7:applyConfiguration,jsonPatch =ApplyConfiguration|JSONPatch:patchType^
:apiVersion,kind
=Fail|Ignore:failurePolicy [2:matchConditions,variables 6:matchConstraints [8:mutations 9:paramKind =IfNeeded|Never:reinvocationPolicy
:apiVersion,kind 1:metadata 10:spec
:name,namespace,parameterNotFoundAction 5:selector
6:matchResources 12:paramRef :policyName
:apiVersion,kind 1:metadata 13:spec
:name^,namespace^,path #:port
!:caBundle 15:service :url
[:apiGroups,apiVersions,resources [=*|CONNECT|CREATE|DELETE|UPDATE:operations =*|Cluster|Namespaced:scope
[:admissionReviewVersions^ 16:clientConfig^ =Fail|Ignore:failurePolicy [2:matchConditions =Equivalent|Exact:matchPolicy :name^ 5:namespaceSelector,objectSelector =IfNeeded|Never:reinvocationPolicy [17:rules =None|NoneOnDryRun|Some|Unknown:sideEffects^ #:timeoutSeconds
:apiVersion,kind 1:metadata [18:webhooks
:key^,valueExpression^
:expression^,message,messageExpression,reason
[20:auditAnnotations =Fail|Ignore:failurePolicy [2:matchConditions,variables 6:matchConstraints 9:paramKind [21:validations
:apiVersion,kind 1:metadata 22:spec *:status
6:matchResources 12:paramRef :policyName^ [=Audit|Deny|Warn:validationActions^
:apiVersion,kind 1:metadata 24:spec^
[:admissionReviewVersions^ 16:clientConfig^ =Fail|Ignore:failurePolicy [2:matchConditions =Equivalent|Exact:matchPolicy :name^ 5:namespaceSelector,objectSelector [17:rules =None|NoneOnDryRun|Some|Unknown:sideEffects^ #:timeoutSeconds
:apiVersion,kind 1:metadata [26:webhooks
:name,namespace =Allow|Deny:parameterNotFoundAction 5:selector
6:matchResources 28:paramRef :policyName
:apiVersion,kind 1:metadata 29:spec
[3:excludeResourceRules,resourceRules :matchPolicy 5:namespaceSelector,objectSelector
:failurePolicy [2:matchConditions,variables 31:matchConstraints [8:mutations 9:paramKind =IfNeeded|Never:reinvocationPolicy
:apiVersion,kind 1:metadata 32:spec
31:matchResources 12:paramRef :policyName
:apiVersion,kind 1:metadata 34:spec
:apiVersion,kind 1:metadata^ *:spec,status
:apiVersion,kind *:data 1:metadata #:revision^
:key^ =DoesNotExist|Exists|Gt|In|Lt|NotIn:operator^ [:values
[38:matchExpressions,matchFields
39:preference^ #:weight^
[39:nodeSelectorTerms^
[40:preferredDuringSchedulingIgnoredDuringExecution 41:requiredDuringSchedulingIgnoredDuringExecution
5:labelSelector,namespaceSelector [:matchLabelKeys,mismatchLabelKeys,namespaces :topologyKey^
43:podAffinityTerm^ #:weight^
[44:preferredDuringSchedulingIgnoredDuringExecution [43:requiredDuringSchedulingIgnoredDuringExecution
42:nodeAffinity 45:podAffinity,podAntiAffinity
:key^,name ?:optional
:apiVersion,fieldPath^
:key^,path^,volumeName^ ?:optional
:containerName,resource^ ~:divisor
47:configMapKeyRef,secretKeyRef 48:fieldRef 49:fileKeyRef 50:resourceFieldRef
:name^,value 51:valueFrom
:name ?:optional
53:configMapRef,secretRef :prefix
[:command
:name^,value^
:host,path [56:httpHeaders &:port^ =HTTP|HTTPS:scheme
#:seconds^
:host &:port^
55:exec 57:httpGet 58:sleep 59:tcpSocket
60:postStart,preStop =SIGABRT|SIGALRM|SIGBUS|SIGCHLD|SIGCLD|SIGCONT|SIGFPE|SIGHUP|SIGILL|SIGINT|SIGIO|SIGIOT|SIGKILL|SIGPIPE|SIGPOLL|SIGPROF|SIGPWR|SIGQUIT|SIGRTMAX|SIGRTMAX-1|SIGRTMAX-10|SIGRTMAX-11|SIGRTMAX-12|SIGRTMAX-13|SIGRTMAX-14|SIGRTMAX-2|SIGRTMAX-3|SIGRTMAX-4|SIGRTMAX-5|SIGRTMAX-6|SIGRTMAX-7|SIGRTMAX-8|SIGRTMAX-9|SIGRTMIN|SIGRTMIN+1|SIGRTMIN+10|SIGRTMIN+11|SIGRTMIN+12|SIGRTMIN+13|SIGRTMIN+14|SIGRTMIN+15|SIGRTMIN+2|SIGRTMIN+3|SIGRTMIN+4|SIGRTMIN+5|SIGRTMIN+6|SIGRTMIN+7|SIGRTMIN+8|SIGRTMIN+9|SIGSEGV|SIGSTKFLT|SIGSTOP|SIGSYS|SIGTERM|SIGTRAP|SIGTSTP|SIGTTIN|SIGTTOU|SIGURG|SIGUSR1|SIGUSR2|SIGVTALRM|SIGWINCH|SIGXCPU|SIGXFSZ:stopSignal
#:port^ :service
55:exec #:failureThreshold,initialDelaySeconds,periodSeconds,successThreshold,terminationGracePeriodSeconds,timeoutSeconds 62:grpc 57:httpGet 59:tcpSocket
#:containerPort^,hostPort :hostIP,name =SCTP|TCP|UDP:protocol
:resourceName^,restartPolicy^
:name^,request
[66:claims {~:limits,requests
:operator^ [#:values
:action^ 68:exitCodes
:localhostProfile =Localhost|RuntimeDefault|Unconfined:type^
[:add,drop
:level,role,type,user
:gmsaCredentialSpec,gmsaCredentialSpecName,runAsUserName ?:hostProcess
?:allowPrivilegeEscalation,privileged,readOnlyRootFilesystem,runAsNonRoot 70:appArmorProfile,seccompProfile 71:capabilities =Default|Unmasked:procMount #:runAsGroup,runAsUser 72:seLinuxOptions 73:windowsOptions
:devicePath^,name^
:mountPath^,name^,recursiveReadOnly,subPath,subPathExpr =Bidirectional|HostToContainer|None:mountPropagation ?:readOnly
[:args,command [52:env [54:envFrom :image,name^,restartPolicy,terminationMessagePath,workingDir =Always|IfNotPresent|Never:imagePullPolicy 61:lifecycle 63:livenessProbe,readinessProbe,startupProbe [64:ports [65:resizePolicy 67:resources [69:restartPolicyRules 74:securityContext ?:stdin,stdinOnce,tty =FallbackToLogsOnError|File:terminationMessagePolicy [75:volumeDevices [76:volumeMounts
:name,value
[:nameservers,searches [78:options
[:args,command [52:env [54:envFrom :image,name^,restartPolicy,targetContainerName,terminationMessagePath,workingDir =Always|IfNotPresent|Never:imagePullPolicy 61:lifecycle 63:livenessProbe,readinessProbe,startupProbe [64:ports [65:resizePolicy 67:resources [69:restartPolicyRules 74:securityContext ?:stdin,stdinOnce,tty =FallbackToLogsOnError|File:terminationMessagePolicy [75:volumeDevices [76:volumeMounts
[:hostnames :ip^
:name
:name^
:conditionType^
:name^,resourceClaimName,resourceClaimTemplateName
:podGroupName
70:appArmorProfile,seccompProfile #:fsGroup,runAsGroup,runAsUser =Always|OnRootMismatch:fsGroupChangePolicy ?:runAsNonRoot :seLinuxChangePolicy 72:seLinuxOptions [#:supplementalGroups =Merge|Strict:supplementalGroupsPolicy [56:sysctls 73:windowsOptions
=NoExecute|NoSchedule|PreferNoSchedule:effect :key,value =Equal|Exists|Gt|Lt:operator #:tolerationSeconds
5:labelSelector [:matchLabelKeys #:maxSkew^,minDomains =Honor|Ignore:nodeAffinityPolicy,nodeTaintsPolicy :topologyKey^ =DoNotSchedule|ScheduleAnyway:whenUnsatisfiable^
:fsType,volumeID^ #:partition ?:readOnly
=None|ReadOnly|ReadWrite:cachingMode :diskName^,diskURI^,fsType =Dedicated|Managed|Shared:kind ?:readOnly
?:readOnly :secretName^,shareName^
[:monitors^ :path,secretFile,user ?:readOnly 82:secretRef
:fsType,volumeID^ ?:readOnly 82:secretRef
:key^,path^ #:mode
#:defaultMode [95:items :name ?:optional
:driver^,fsType 82:nodePublishSecretRef ?:readOnly {:volumeAttributes
48:fieldRef #:mode :path^ 50:resourceFieldRef
#:defaultMode [98:items
:medium ~:sizeLimit
:apiGroup,kind^,name^
:apiGroup,kind^,name^,namespace
{~:limits,requests
[=ReadOnlyMany|ReadWriteMany|ReadWriteOnce|ReadWriteOncePod:accessModes 101:dataSource 102:dataSourceRef 103:resources 5:selector :storageClassName,volumeAttributesClassName,volumeName =Block|Filesystem:volumeMode
1:metadata 104:spec^
105:volumeClaimTemplate
:fsType #:lun ?:readOnly [:targetWWNs,wwids
:driver^,fsType {:options ?:readOnly 82:secretRef
:datasetName,datasetUUID
:fsType,pdName^ #:partition ?:readOnly
:directory,repository^,revision
:endpoints^,path^ ?:readOnly
:path^ =BlockDevice|CharDevice|Directory|DirectoryOrCreate|File|FileOrCreate|Socket:type
=Always|IfNotPresent|Never:pullPolicy :reference
?:chapAuthDiscovery,chapAuthSession,readOnly :fsType,initiatorName,iqn^,iscsiInterface,targetPortal^ #:lun^ [:portals 82:secretRef
:path^,server^ ?:readOnly
:claimName^ ?:readOnly
:fsType,pdID^
:fsType,volumeID^ ?:readOnly
5:labelSelector :name,path^,signerName ?:optional
[95:items :name ?:optional
[98:items
:certificateChainPath,credentialBundlePath,keyPath,keyType^,signerName^ #:maxExpirationSeconds {:userAnnotations
:audience,path^ #:expirationSeconds
120:clusterTrustBundle 121:configMap,secret 122:downwardAPI 123:podCertificate 124:serviceAccountToken
#:defaultMode [125:sources
:group,registry^,tenant,user,volume^ ?:readOnly
:fsType,image^,keyring,pool,user [:monitors^ ?:readOnly 82:secretRef
:fsType,gateway^,protectionDomain,storageMode,storagePool,system^,volumeName ?:readOnly,sslEnabled 82:secretRef^
#:defaultMode [95:items ?:optional :secretName
:fsType,volumeName,volumeNamespace ?:readOnly 82:secretRef
:fsType,storagePolicyID,storagePolicyName,volumePath^
90:awsElasticBlockStore 91:azureDisk 92:azureFile 93:cephfs 94:cinder 96:configMap 97:csi 99:downwardAPI 100:emptyDir 106:ephemeral 107:fc 108:flexVolume 109:flocker 110:gcePersistentDisk 111:gitRepo 112:glusterfs 113:hostPath 114:image 115:iscsi :name^ 116:nfs 117:persistentVolumeClaim 118:photonPersistentDisk 119:portworxVolume 126:projected 127:quobyte 128:rbd 129:scaleIO 130:secret 131:storageos 132:vsphereVolume
#:activeDeadlineSeconds,priority,terminationGracePeriodSeconds 46:affinity ?:automountServiceAccountToken,enableServiceLinks,hostIPC,hostNetwork,hostPID,hostUsers,setHostnameAsFQDN,shareProcessNamespace [77:containers^,initContainers 79:dnsConfig =ClusterFirst|ClusterFirstWithHostNet|Default|None:dnsPolicy [80:ephemeralContainers [81:hostAliases :hostname,hostnameOverride,nodeName,priorityClassName,runtimeClassName,schedulerName,serviceAccount,serviceAccountName,subdomain [82:imagePullSecrets {:nodeSelector 83:os {~:overhead =Never|PreemptLowerPriority:preemptionPolicy [84:readinessGates [85:resourceClaims 67:resources =Always|Never|OnFailure:restartPolicy [83:schedulingGates 86:schedulingGroup 87:securityContext [88:tolerations [89:topologySpreadConstraints [133:volumes
1:metadata 134:spec
&:maxSurge,maxUnavailable
136:rollingUpdate =OnDelete|RollingUpdate:type
#:minReadySeconds,revisionHistoryLimit 5:selector^ 135:template^ 137:updateStrategy
:apiVersion,kind 1:metadata 138:spec *:status
136:rollingUpdate =Recreate|RollingUpdate:type
#:minReadySeconds,progressDeadlineSeconds,replicas,revisionHistoryLimit ?:paused 5:selector^ 140:strategy 135:template^
:apiVersion,kind 1:metadata 141:spec *:status
#:minReadySeconds,replicas 5:selector^ 135:template
:apiVersion,kind 1:metadata 143:spec *:status
#:start
:whenDeleted,whenScaled
&:maxUnavailable #:partition
147:rollingUpdate =OnDelete|RollingUpdate:type
:apiVersion,kind 1:metadata 104:spec *:status
#:minReadySeconds,replicas,revisionHistoryLimit 145:ordinals 146:persistentVolumeClaimRetentionPolicy =OrderedReady|Parallel:podManagementPolicy 5:selector^ :serviceName 135:template^ 148:updateStrategy [149:volumeClaimTemplates
:apiVersion,kind 1:metadata 150:spec *:status
:apiVersion,kind 1:metadata *:status
:apiVersion,kind,name,uid
[:audiences 153:boundObjectRef #:expirationSeconds
:apiVersion,kind 1:metadata 154:spec *:status
[:audiences :token^
:apiVersion,kind 1:metadata 156:spec^ *:status
:path,verb
:rawSelector [4:requirements
159:fieldSelector,labelSelector :group,name,namespace,resource,subresource,verb,version
{[:extra [:groups 158:nonResourceAttributes 160:resourceAttributes :uid,user
:apiVersion,kind 1:metadata 161:spec^ *:status
158:nonResourceAttributes 160:resourceAttributes
:apiVersion,kind 1:metadata 163:spec^ *:status
:namespace
:apiVersion,kind 1:metadata 165:spec^ *:status
:apiVersion,kind^,name^
#:maxReplicas^,minReplicas,targetCPUUtilizationPercentage 167:scaleTargetRef^
:apiVersion,kind 1:metadata 168:spec^ *:status
#:replicas
:apiVersion,kind 1:metadata 170:spec *:status
#:periodSeconds^,value^ :type^
[172:policies :selectPolicy #:stabilizationWindowSeconds ~:tolerance
173:scaleDown,scaleUp
#:averageUtilization ~:averageValue,value :type^
:container^,name^ 175:target^
:name^ 5:selector
177:metric^ 175:target^
167:describedObject^ 177:metric^ 175:target^
:name^ 175:target^
176:containerResource 178:external,pods 179:object 180:resource :type^
174:behavior #:maxReplicas^,minReplicas [181:metrics 167:scaleTargetRef^
:apiVersion,kind 1:metadata 182:spec^ *:status
:containerName =In|NotIn:operator^ [#:values^
:status,type^
=Count|FailIndex|FailJob|Ignore:action^ 184:onExitCodes [185:onPodConditions
[186:rules^
#:succeededCount :succeededIndexes
[188:rules^
#:activeDeadlineSeconds,backoffLimit,backoffLimitPerIndex,completions,maxFailedIndexes,parallelism,ttlSecondsAfterFinished =Indexed|NonIndexed:completionMode :managedBy ?:manualSelector,suspend 187:podFailurePolicy =Failed|TerminatingOrFailed:podReplacementPolicy 5:selector 189:successPolicy 135:template^
1:metadata 190:spec
=Allow|Forbid|Replace:concurrencyPolicy #:failedJobsHistoryLimit,startingDeadlineSeconds,successfulJobsHistoryLimit 191:jobTemplate^ :schedule^,timeZone ?:suspend
:apiVersion,kind 1:metadata 192:spec^ *:status
:apiVersion,kind 1:metadata 190:spec *:status
#:expirationSeconds {[:extra [:groups !:request^ :signerName^,uid,username [=any|cert_sign|client_auth|code_signing|content_commitment|crl_sign|data_encipherment|decipher_only|digital_signature|email_protection|encipher_only|ipsec_end_system|ipsec_tunnel|ipsec_user|key_agreement|key_encipherment|microsoft_sgc|netscape_sgc|ocsp_signing|s/mime|server_auth|signing|timestamping:usages
:apiVersion,kind 1:metadata 195:spec^ *:status
*:acquireTime,renewTime :holderIdentity,preferredHolder,strategy #:leaseDurationSeconds,leaseTransitions
:apiVersion,kind 1:metadata 197:spec
:binaryVersion^,emulationVersion,leaseName^,strategy^ *:pingTime,renewTime
:apiVersion,kind 1:metadata 199:spec^
:apiVersion,fieldPath,kind,name,namespace,resourceVersion,uid
:apiVersion,kind 1:metadata 201:target^
:error,message,status^,type^
:apiVersion,kind [203:conditions 1:metadata
:apiVersion,kind {!:binaryData {:data ?:immutable 1:metadata
:hostname,ip^,nodeName 201:targetRef
:appProtocol,name #:port^ =SCTP|TCP|UDP:protocol
[206:addresses,notReadyAddresses [207:ports
:apiVersion,kind 1:metadata [208:subsets
#:count *:lastObservedTime
:component,host
:action,apiVersion,kind,message,reason,reportingComponent,reportingInstance,type #:count *:eventTime,firstTimestamp,lastTimestamp 201:involvedObject^,related 1:metadata^ 210:series 211:source
{~:default,defaultRequest,max,maxLimitRequestRatio,min :type^
[213:limits^
:apiVersion,kind 1:metadata 214:spec
[:finalizers
:apiVersion,kind 1:metadata 216:spec *:status
:kubeletConfigKey^,name^,namespace^,resourceVersion,uid
218:configMap
=NoExecute|NoSchedule|PreferNoSchedule:effect^ :key^,value *:timeAdded
219:configSource :externalID,podCIDR,providerID [:podCIDRs [220:taints ?:unschedulable
:apiVersion,kind 1:metadata 221:spec *:status
?:readOnly :secretName^,secretNamespace,shareName^
:name,namespace
[:monitors^ :path,secretFile,user ?:readOnly 224:secretRef
:fsType,volumeID^ ?:readOnly 224:secretRef
224:controllerExpandSecretRef,controllerPublishSecretRef,nodeExpandSecretRef,nodePublishSecretRef,nodeStageSecretRef :driver^,fsType,volumeHandle^ ?:readOnly {:volumeAttributes
:driver^,fsType {:options ?:readOnly 224:secretRef
:endpoints^,endpointsNamespace,path^ ?:readOnly
?:chapAuthDiscovery,chapAuthSession,readOnly :fsType,initiatorName,iqn^,iscsiInterface,targetPortal^ #:lun^ [:portals 224:secretRef
:fsType,path^
41:required
:fsType,image^,keyring,pool,user [:monitors^ ?:readOnly 224:secretRef
:fsType,gateway^,protectionDomain,storageMode,storagePool,system^,volumeName ?:readOnly,sslEnabled 224:secretRef^
:fsType,volumeName,volumeNamespace ?:readOnly 201:secretRef
[=ReadOnlyMany|ReadWriteMany|ReadWriteOnce|ReadWriteOncePod:accessModes 90:awsElasticBlockStore 91:azureDisk 223:azureFile {~:capacity 225:cephfs 226:cinder 201:claimRef 227:csi 107:fc 228:flexVolume 109:flocker 110:gcePersistentDisk 229:glusterfs 113:hostPath 230:iscsi 231:local [:mountOptions 116:nfs 232:nodeAffinity =Delete|Recycle|Retain:persistentVolumeReclaimPolicy 118:photonPersistentDisk 119:portworxVolume 127:quobyte 233:rbd 234:scaleIO :storageClassName,volumeAttributesClassName 235:storageos =Block|Filesystem:volumeMode 132:vsphereVolume
:apiVersion,kind 1:metadata 236:spec *:status
:apiVersion,kind 1:metadata 134:spec *:status
:apiVersion,kind 1:metadata 135:template
#:minReadySeconds,replicas {:selector 135:template
:apiVersion,kind 1:metadata 240:spec *:status
=DoesNotExist|Exists|In|NotIn:operator^ =BestEffort|CrossNamespacePodAffinity|NotBestEffort|NotTerminating|PriorityClass|Terminating|VolumeAttributesClass:scopeName^ [:values
[242:matchExpressions
{~:hard 243:scopeSelector [=BestEffort|CrossNamespacePodAffinity|NotBestEffort|NotTerminating|PriorityClass|Terminating|VolumeAttributesClass:scopes
:apiVersion,kind 1:metadata 244:spec *:status
:apiVersion,kind,type {!:data ?:immutable 1:metadata {:stringData
:appProtocol,name #:nodePort,port^ =SCTP|TCP|UDP:protocol &:targetPort
#:timeoutSeconds
248:clientIP
?:allocateLoadBalancerNodePorts,publishNotReadyAddresses :clusterIP,externalName,loadBalancerClass,loadBalancerIP,trafficDistribution [:clusterIPs,externalIPs,loadBalancerSourceRanges =Cluster|Local:externalTrafficPolicy,internalTrafficPolicy #:healthCheckNodePort [=IPv4|IPv6:ipFamilies =PreferDualStack|RequireDualStack|SingleStack:ipFamilyPolicy [247:ports {:selector =ClientIP|None:sessionAffinity 249:sessionAffinityConfig =ClusterIP|ExternalName|LoadBalancer|NodePort:type
:apiVersion,kind 1:metadata 250:spec *:status
:apiVersion,kind ?:automountServiceAccountToken [82:imagePullSecrets 1:metadata [201:secrets
?:ready,serving,terminating
[83:forNodes,forZones
[:addresses^ 253:conditions {:deprecatedTopology 254:hints :hostname,nodeName,zone 201:targetRef
:appProtocol,name #:port =SCTP|TCP|UDP:protocol
=FQDN|IPv4|IPv6:addressType^ :apiVersion,kind [255:endpoints 1:metadata [256:ports
#:count^ *:lastObservedTime^
:action,apiVersion,kind,note,reason,reportingController,reportingInstance,type #:deprecatedCount *:deprecatedFirstTimestamp,deprecatedLastTimestamp,eventTime^ 211:deprecatedSource 1:metadata 201:regarding,related 258:series
:type^
[:nonResourceURLs^,verbs^
[:apiGroups^,namespaces,resources^,verbs^ ?:clusterScope
:name^,namespace^
83:group,user :kind^ 263:serviceAccount
[261:nonResourceRules [262:resourceRules [264:subjects^
260:distinguisherMethod #:matchingPrecedence 83:priorityLevelConfiguration^ [265:rules
:apiVersion,kind 1:metadata 266:spec *:status
#:lendablePercent,nominalConcurrencyShares
#:handSize,queueLengthLimit,queues
269:queuing :type^
#:borrowingLimitPercent,lendablePercent,nominalConcurrencyShares 270:limitResponse
268:exempt 271:limited :type^
:apiVersion,kind 1:metadata 272:spec *:status
:group,name^,namespace,resource^
274:parentRef^
:apiVersion,kind 1:metadata 275:spec^
:name #:number
:name^ 277:port
101:resource 278:service
279:backend^ :path =Exact|ImplementationSpecific|Prefix:pathType^
[280:paths^
:host 281:http
[:hosts :secretName
279:defaultBackend :ingressClassName [282:rules [283:tls
:apiVersion,kind 1:metadata 284:spec *:status
:apiGroup,kind^,name^,namespace,scope
:controller 286:parameters
:apiVersion,kind 1:metadata 287:spec
#:endPort &:port =SCTP|TCP|UDP:protocol
:cidr^ [:except
290:ipBlock 5:namespaceSelector,podSelector
[289:ports [291:to
[291:from [289:ports
[292:egress [293:ingress 5:podSelector [=Egress|Ingress:policyTypes
:apiVersion,kind 1:metadata 294:spec
[:cidrs
:apiVersion,kind 1:metadata 296:spec *:status
{~:podFixed
{:nodeSelector [88:tolerations
:apiVersion,handler^,kind 1:metadata 298:overhead 299:scheduling
:resourceVersion,uid
:apiVersion,kind,propagationPolicy [:dryRun #:gracePeriodSeconds ?:ignoreStoreReadErrorWithClusterBreakingPotential,orphanDependents 301:preconditions
:apiVersion,kind 302:deleteOptions 1:metadata
&:maxUnavailable,minAvailable 5:selector =AlwaysAllow|IfHealthyBudget:unhealthyPodEvictionPolicy
:apiVersion,kind 1:metadata 304:spec *:status
[5:clusterRoleSelectors
[:apiGroups,nonResourceURLs,resourceNames,resources,verbs^
306:aggregationRule :apiVersion,kind 1:metadata [307:rules
:apiVersion,kind 1:metadata 101:roleRef^ [102:subjects
:apiVersion,kind 1:metadata [307:rules
:driver^ *:parameters^
311:opaque
:expression^
313:cel
[312:config :extendedResourceName [314:selectors
:apiVersion,kind 1:metadata 315:spec^
311:opaque [:requests
:distinctAttribute,matchAttribute [:requests
{~:requests
=NoExecute|NoSchedule|None:effect :key,value =Equal|Exists:operator #:tolerationSeconds
?:adminAccess =All|ExactCount:allocationMode 319:capacity #:count :deviceClassName^ [314:selectors [320:tolerations
=All|ExactCount:allocationMode 319:capacity #:count :deviceClassName^,name^ [314:selectors [320:tolerations
321:exactly [322:firstAvailable :name^
[317:config [318:constraints [323:requests
324:devices
:apiVersion,kind 1:metadata 325:spec^ *:status
1:metadata 325:spec^
:apiVersion,kind 1:metadata 327:spec^
?:bool [?:bools #:int [#:ints :string,version [:strings,versions
~:max,min^,step
~:default 330:validRange [~:validValues
331:requestPolicy ~:value^
~:value^
:counterSet^ {333:counters^
~:allocationMultiplier :capacityKey
=NoExecute|NoSchedule|None:effect^ :key^,value *:timeAdded
?:allNodes,allowMultipleAllocations,bindsToNode {329:attributes [:bindingConditions,bindingFailureConditions {332:capacity [334:consumesCounters :name^,nodeName {335:nodeAllocatableResourceMappings 41:nodeSelector [336:taints
#:generation^,resourceSliceCount^ :name^
{333:counters^ :name^
?:allNodes,perDeviceNodeSelection [337:devices :driver^,nodeName 41:nodeSelector 338:pool^ [339:sharedCounters
:apiVersion,kind 1:metadata 340:spec^
:device,driver,pool
342:deviceSelector 336:taint^
:apiVersion,kind 1:metadata 343:spec^ *:status
:driver^,poolName #:limit
:apiVersion,kind 1:metadata^ 345:spec^ *:status
?:adminAccess =All|ExactCount:allocationMode 319:capacity #:count :deviceClassName,name^ [322:firstAvailable [314:selectors [320:tolerations
[317:config [318:constraints [347:requests
348:devices
:apiVersion,kind 1:metadata 349:spec^ *:status
1:metadata 349:spec^
:apiVersion,kind 1:metadata 351:spec^
?:allNodes,allowMultipleAllocations,bindsToNode {329:attributes [:bindingConditions,bindingFailureConditions {332:capacity [334:consumesCounters {335:nodeAllocatableResourceMappings :nodeName 41:nodeSelector [336:taints
353:basic :name^
?:allNodes,perDeviceNodeSelection [354:devices :driver^,nodeName 41:nodeSelector 338:pool^ [339:sharedCounters
:apiVersion,kind 1:metadata 355:spec^
:apiVersion,description,kind ?:globalDefault 1:metadata =Never|PreemptLowerPriority:preemptionPolicy #:value
:audience^ #:expirationSeconds
?:attachRequired,podInfoOnMount,preventPodSchedulingIfMissing,requiresRepublish,seLinuxMount,serviceAccountTokenInSecrets,storageCapacity :fsGroupPolicy #:nodeAllocatableUpdatePeriodSeconds [358:tokenRequests [:volumeLifecycleModes
:apiVersion,kind 1:metadata 359:spec^
#:count
361:allocatable :name^,nodeID^ [:topologyKeys
[362:drivers^
:apiVersion,kind 1:metadata 363:spec^
:apiVersion,kind,storageClassName^ ~:capacity,maximumVolumeSize 1:metadata 5:nodeTopology
:key^ [:values^
[366:matchLabelExpressions
?:allowVolumeExpansion [367:allowedTopologies :apiVersion,kind,provisioner^ 1:metadata [:mountOptions {:parameters =Delete|Recycle|Retain:reclaimPolicy =Immediate|WaitForFirstConsumer:volumeBindingMode
236:inlineVolumeSpec :persistentVolumeName
:attacher^,nodeName^ 369:source^
:apiVersion,kind 1:metadata 370:spec^ *:status
:apiVersion,driverName^,kind 1:metadata {:parameters
16:clientConfig [:conversionReviewVersions^
:strategy^ 373:webhook
[:categories,shortNames :kind^,listKind,plural^,singular
:description,format,jsonPath^,name^,type^ #:priority
:$ref,$schema,description,format,id,pattern,title,type,x-kubernetes-list-type,x-kubernetes-map-type *:additionalItems,additionalProperties,default,example,items [377:allOf,anyOf,oneOf {377:definitions,patternProperties,properties {*:dependencies [*:enum ?:exclusiveMaximum,exclusiveMinimum,nullable,uniqueItems,x-kubernetes-embedded-resource,x-kubernetes-int-or-string,x-kubernetes-preserve-unknown-fields 378:externalDocs #:maxItems,maxLength,maxProperties,minItems,minLength,minProperties %:maximum,minimum,multipleOf 377:not [:required,x-kubernetes-list-map-keys [379:x-kubernetes-validations
:description,url
:fieldPath,message,messageExpression,rule^ ?:optionalOldSelf =FieldValueDuplicate|FieldValueForbidden|FieldValueInvalid|FieldValueRequired:reason
377:openAPIV3Schema
:jsonPath^
:labelSelectorPath,specReplicasPath^,statusReplicasPath^
382:scale *:status
[376:additionalPrinterColumns ?:deprecated,served^,storage^ :deprecationWarning,name^ 380:schema [381:selectableFields 383:subresources
374:conversion :group^,scope^ 375:names^ ?:preserveUnknownFields [384:versions^
:apiVersion,kind 1:metadata 385:spec^ *:status
:field,message,reason
[387:causes :group,kind,name,uid #:retryAfterSeconds
:selector^
:continue,resourceVersion,selfLink #:remainingItemCount 389:shardInfo
:apiVersion,kind,message,reason #:code 388:details 390:metadata *:status
:name,namespace #:port
!:caBundle :group,version #:groupPriorityMinimum^,versionPriority^ ?:insecureSkipTLSVerify 392:service
:apiVersion,kind 1:metadata 393:spec *:status
`;

/** The type of each kind. */
export const KINDS = `
11:admissionregistration.k8s.io/v1 MutatingAdmissionPolicy
14:admissionregistration.k8s.io/v1 MutatingAdmissionPolicyBinding
19:admissionregistration.k8s.io/v1 MutatingWebhookConfiguration
23:admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy
25:admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding
27:admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration
11:admissionregistration.k8s.io/v1alpha1 MutatingAdmissionPolicy
30:admissionregistration.k8s.io/v1alpha1 MutatingAdmissionPolicyBinding
33:admissionregistration.k8s.io/v1beta1 MutatingAdmissionPolicy
35:admissionregistration.k8s.io/v1beta1 MutatingAdmissionPolicyBinding
36:internal.apiserver.k8s.io/v1alpha1 StorageVersion
37:apps/v1 ControllerRevision
139:apps/v1 DaemonSet
142:apps/v1 Deployment
144:apps/v1 ReplicaSet
151:apps/v1 StatefulSet
152:authentication.k8s.io/v1 SelfSubjectReview
155:authentication.k8s.io/v1 TokenRequest
157:authentication.k8s.io/v1 TokenReview
162:authorization.k8s.io/v1 LocalSubjectAccessReview
164:authorization.k8s.io/v1 SelfSubjectAccessReview
166:authorization.k8s.io/v1 SelfSubjectRulesReview
162:authorization.k8s.io/v1 SubjectAccessReview
169:autoscaling/v1 HorizontalPodAutoscaler
171:autoscaling/v1 Scale
183:autoscaling/v2 HorizontalPodAutoscaler
193:batch/v1 CronJob
194:batch/v1 Job
196:certificates.k8s.io/v1 CertificateSigningRequest
198:coordination.k8s.io/v1 Lease
200:coordination.k8s.io/v1alpha2 LeaseCandidate
200:coordination.k8s.io/v1beta1 LeaseCandidate
202:v1 Binding
204:v1 ComponentStatus
205:v1 ConfigMap
209:v1 Endpoints
212:v1 Event
215:v1 LimitRange
217:v1 Namespace
222:v1 Node
237:v1 PersistentVolume
149:v1 PersistentVolumeClaim
238:v1 Pod
239:v1 PodTemplate
241:v1 ReplicationController
245:v1 ResourceQuota
246:v1 Secret
251:v1 Service
252:v1 ServiceAccount
257:discovery.k8s.io/v1 EndpointSlice
259:events.k8s.io/v1 Event
267:flowcontrol.apiserver.k8s.io/v1 FlowSchema
273:flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfiguration
276:networking.k8s.io/v1 IPAddress
285:networking.k8s.io/v1 Ingress
288:networking.k8s.io/v1 IngressClass
295:networking.k8s.io/v1 NetworkPolicy
297:networking.k8s.io/v1 ServiceCIDR
276:networking.k8s.io/v1beta1 IPAddress
297:networking.k8s.io/v1beta1 ServiceCIDR
300:node.k8s.io/v1 RuntimeClass
303:policy/v1 Eviction
305:policy/v1 PodDisruptionBudget
308:rbac.authorization.k8s.io/v1 ClusterRole
309:rbac.authorization.k8s.io/v1 ClusterRoleBinding
310:rbac.authorization.k8s.io/v1 Role
309:rbac.authorization.k8s.io/v1 RoleBinding
316:resource.k8s.io/v1 DeviceClass
326:resource.k8s.io/v1 ResourceClaim
328:resource.k8s.io/v1 ResourceClaimTemplate
341:resource.k8s.io/v1 ResourceSlice
344:resource.k8s.io/v1alpha3 DeviceTaintRule
346:resource.k8s.io/v1alpha3 ResourcePoolStatusRequest
316:resource.k8s.io/v1beta1 DeviceClass
350:resource.k8s.io/v1beta1 ResourceClaim
352:resource.k8s.io/v1beta1 ResourceClaimTemplate
356:resource.k8s.io/v1beta1 ResourceSlice
316:resource.k8s.io/v1beta2 DeviceClass
344:resource.k8s.io/v1beta2 DeviceTaintRule
326:resource.k8s.io/v1beta2 ResourceClaim
328:resource.k8s.io/v1beta2 ResourceClaimTemplate
341:resource.k8s.io/v1beta2 ResourceSlice
357:scheduling.k8s.io/v1 PriorityClass
360:storage.k8s.io/v1 CSIDriver
364:storage.k8s.io/v1 CSINode
365:storage.k8s.io/v1 CSIStorageCapacity
368:storage.k8s.io/v1 StorageClass
371:storage.k8s.io/v1 VolumeAttachment
372:storage.k8s.io/v1 VolumeAttributesClass
372:storage.k8s.io/v1beta1 VolumeAttributesClass
386:apiextensions.k8s.io/v1 CustomResourceDefinition
391:v1 Status
394:apiregistration.k8s.io/v1 APIService
`;
